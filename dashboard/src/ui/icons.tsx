// Line icons of 20 units, drawn for here. They only accompany words, so they are hidden from readers.

const paths = {
  home: "M3 9.5 10 4l7 5.5V16a1 1 0 0 1-1 1h-4v-5H8v5H4a1 1 0 0 1-1-1z",
  savings:
    "M4 6.5C4 5 6.7 4 10 4s6 1 6 2.5S13.3 9 10 9 4 8 4 6.5Zm0 0v7C4 15 6.7 16 10 16s6-1 6-2.5v-7M4 10c0 1.5 2.7 2.5 6 2.5s6-1 6-2.5",
  licences:
    "M3 6a1 1 0 0 1 1-1h12a1 1 0 0 1 1 1v2a2 2 0 0 0 0 4v2a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-2a2 2 0 0 0 0-4zM12 5v10",
  activity: "M10 5v5l3 2M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  team: "M7.5 9.5a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5Zm-5 7c0-3 2-4.75 5-4.75s5 1.75 5 4.75M13 4.2a2.75 2.75 0 0 1 0 5.2m1.5 2.6c2 .5 3 2.2 3 4.5",
  trends: "M3.5 4v12h13M6.5 12.5l3-3.5 2.5 2 4-5",
  settings: "M4 6h7m4 0h1M4 14h1m4 0h7M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Zm-6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  warn: "M10 7.5v3.5m0 2.5v.1M9.1 3.7 2.7 14.8A1 1 0 0 0 3.6 16.3h12.8a1 1 0 0 0 .9-1.5L10.9 3.7a1 1 0 0 0-1.8 0Z",
  bad: "m6 6 8 8m0-8-8 8",
  info: "M10 9.5v4m0-7v.1M17 10a7 7 0 1 1-14 0 7 7 0 0 1 14 0Z",
  arrow: "M4 10h12m-4.5-4.5L16 10l-4.5 4.5",
  down: "m5 7.5 5 5 5-5",
  menu: "M3 6h14M3 10h14M3 14h14",
  undo: "M7.5 5 4 8.5 7.5 12M4.5 8.5H12a4 4 0 0 1 0 8H9",
  key: "M12.5 11a3.5 3.5 0 1 0-3.3-2.3L4 14v2h2.5v-1.5H8V13h1.5l1.2-1.2c.5.1 1.2.2 1.8-.8Z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, className = "size-5" }: { name: IconName; className?: string }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 20 20" fill="none" className={`shrink-0 ${className}`}>
      <path d={paths[name]} stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
