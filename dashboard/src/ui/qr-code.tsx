import { qr } from "~/lib/qr";

/** A square code, black on white in any theme, with the quiet zone that readers need. */
export function QrCode({ value, label }: { value: string; label: string }) {
  const modules = qr(value);
  const size = modules.length + 8;
  const path = modules
    .flatMap((line, y) => line.flatMap((dark, x) => (dark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : [])))
    .join("");
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
      className="size-52 rounded-md"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
