import dayjs from 'dayjs';
import { LOCALE } from './format';

type Day = 0 | 1 | 2 | 3 | 4 | 5 | 6;

const words = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat(LOCALE, options);
  return (day: string) => format.format(dayjs(day).toDate());
};

const { firstDay = 1 } = weekOf(LOCALE);

/** How a calendar names its days in the viewer's language, and where its week begins. The buttons say what they do as the page does. */
export const CALENDAR = {
  monthLabelFormat: words({ month: 'long', year: 'numeric' }),
  monthsListFormat: words({ month: 'short' }),
  weekdayFormat: words({ weekday: 'short' }),
  getDayAriaLabel: words({ dateStyle: 'long' }),
  firstDayOfWeek: (firstDay % 7) as Day,
  // Pale and red days would be too faint to read.
  hideOutsideDates: true,
  weekendDays: [],
  ariaLabels: {
    previousMonth: 'Earlier month',
    nextMonth: 'Later month',
    previousYear: 'Earlier year',
    nextYear: 'Later year',
    previousDecade: 'Earlier years',
    nextDecade: 'Later years',
  },
};

export const HOURS = new Intl.DateTimeFormat(LOCALE, { hour: 'numeric' }).resolvedOptions().hour12 ? '12h' : '24h';

interface Week {
  firstDay?: number;
}

/** Days from Monday, 1. Not every browser knows it, and some know it as a property. */
function weekOf(locale: string): Week {
  const known = new Intl.Locale(locale) as Intl.Locale & { getWeekInfo?: () => Week; weekInfo?: Week };
  return known.getWeekInfo?.() ?? known.weekInfo ?? {};
}
