import classes from './Logo.module.css';

export function Logo() {
  return (
    <span className={classes.logo}>
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#1a7765" />
        <path d="M8 21v-4M13 24V12M18 21v-9M23 18v-5" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      </svg>
      Aftercall
    </span>
  );
}
