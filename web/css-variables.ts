import { convertCssVariables, defaultCssVariablesResolver, mergeMantineTheme, DEFAULT_THEME } from '@mantine/core';
import type { Plugin } from 'vite';
import { theme, variables } from './src/theme.ts';

const NAME = 'virtual:theme.css';

/** The theme's CSS variables as a file. Mantine would write them into a `<style>` element, which the policy forbids. */
export function cssVariables(): Plugin {
  return {
    name: 'theme-css',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const whole = mergeMantineTheme(DEFAULT_THEME, theme);
      const own = variables(whole);
      const base = defaultCssVariablesResolver(whole);
      return convertCssVariables(
        {
          variables: { ...base.variables, ...own.variables },
          light: { ...base.light, ...own.light },
          dark: { ...base.dark, ...own.dark },
        },
        ':root',
      );
    },
  };
}
