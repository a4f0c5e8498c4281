/** Our name and sign. */
export function Mark() {
  return (
    <span className="inline-flex items-center gap-2 font-display text-xl">
      <svg aria-hidden="true" viewBox="0 0 32 32" className="size-7">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M21.5 11.2c-1-1.8-3-2.7-5.4-2.7-3 0-5.3 1.5-5.3 4 0 5.6 11 2.5 11 7.3 0 2.3-2.5 3.7-5.6 3.7-2.8 0-5-1.1-6-3.1"
          fill="none"
          className="stroke-accent-ink"
          strokeWidth="2.8"
          strokeLinecap="round"
        />
      </svg>
      Steward
    </span>
  );
}
