import { createTheme, type CSSVariablesResolver } from '@mantine/core';

/** Colours are chosen for a contrast of 4.5 and more, text on its ground, in both schemes. */
export const theme = createTheme({
  primaryColor: 'pine',
  primaryShade: { light: 6, dark: 6 },
  colors: {
    pine: ['#ecf8f4', '#d3ede5', '#abdccd', '#7cc7b2', '#4fae96', '#2f947c', '#1a7765', '#166555', '#125246', '#0d3f36'],
    gray: ['#f7f8f9', '#eff1f3', '#e3e6ea', '#d3d8de', '#b3bac3', '#868f9b', '#636d79', '#4c5560', '#343b44', '#1f242b'],
    dark: ['#d5dae1', '#b4bcc7', '#98a1ae', '#6f7987', '#3d4550', '#2c333c', '#21272f', '#191e24', '#12161b', '#0c0f13'],
  },
  black: '#1a1f26',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '8px', lg: '12px', xl: '20px' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.125rem', lineHeight: '1.4' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Locking the scroll would write a style element; `global.css` does it.
    Modal: { defaultProps: { lockScroll: false, closeButtonProps: { 'aria-label': 'Close' } } },
    Drawer: { defaultProps: { lockScroll: false, closeButtonProps: { 'aria-label': 'Close' } } },
    Tooltip: { defaultProps: { withArrow: true, multiline: true, maw: 320, events: { hover: true, focus: true, touch: true } } },
    Badge: { defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 550, miw: 'max-content' } },
    Paper: { defaultProps: { withBorder: true } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});

/** What differs from Mantine's own variables. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-placeholder': 'var(--mantine-color-gray-6)',
    '--mantine-color-dimmed': '#596370',
    '--mantine-color-error': '#c02a2a',
    '--mantine-color-default-border': 'var(--mantine-color-gray-3)',
    '--mantine-color-gray-text': 'var(--mantine-color-gray-7)',
    '--mantine-color-red-text': '#c02a2a',
    '--mantine-color-teal-light-color': '#056048',
    '--mantine-color-red-light-color': '#a31d1d',
    '--mantine-color-yellow-light-color': '#6b4300',
    '--mantine-color-orange-light-color': '#8a3800',
    '--page': 'var(--mantine-color-gray-0)',
    '--line': 'var(--mantine-color-gray-2)',
    '--mark': '#fff0b8',
    '--mark-strong': '#ffe08a',
    '--bar': 'var(--mantine-color-pine-5)',
    '--bar-quiet': 'var(--mantine-color-gray-3)',
    '--bar-bad': '#d9695f',
  },
  dark: {
    '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
    '--mantine-color-yellow-light': '#3a3014',
    '--mantine-color-yellow-light-color': '#ffe7a0',
    '--mantine-color-dimmed': 'var(--mantine-color-dark-2)',
    '--mantine-color-error': '#ff8f8a',
    '--mantine-color-red-text': '#ff8f8a',
    '--mantine-color-default-border': 'var(--mantine-color-dark-4)',
    '--mantine-color-gray-text': 'var(--mantine-color-dark-1)',
    '--page': 'var(--mantine-color-dark-8)',
    '--line': 'var(--mantine-color-dark-5)',
    '--mark': '#4d431a',
    '--mark-strong': '#6e5e1c',
    '--bar': 'var(--mantine-color-pine-4)',
    '--bar-quiet': 'var(--mantine-color-dark-4)',
    '--bar-bad': '#d9695f',
  },
});
