import { memo, type ReactNode } from "react";
import { useShown } from "~/lib/shown";

export interface Column<Row> {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand to the right. */
  numeric?: boolean;
  /** Needs the whole width of a card: what it is stands above it. */
  wide?: boolean;
}

/** A table with a caption. Where it is narrow each row is a card, and each cell says what it is. */
export function Table<Row>({
  caption,
  rows,
  columns,
  id,
}: {
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  id: (row: Row) => string;
}) {
  const shown = useShown(rows);
  return (
    <table className="block w-full sm:table">
      <caption className="sr-only">{caption}</caption>
      <thead className="sr-only sm:not-sr-only sm:table-header-group">
        <tr className="border-line border-b text-dim text-sm">
          {columns.map(({ head, numeric }) => (
            <th
              key={head}
              scope="col"
              className={`py-2 pe-4 font-medium ${numeric ? "whitespace-nowrap text-end" : "text-start"}`}
            >
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="grid gap-3 sm:table-row-group">
        {shown.map((row) => (
          <TableRow key={id(row)} row={row} columns={columns} />
        ))}
      </tbody>
    </table>
  );
}

/** Room for a word, however much there is in another column. */
const FIRST = "min-w-0 sm:block sm:min-w-28";
const OTHER = "sm:block sm:min-w-20";

/** A text of somebody else's, cut after three lines; all of it is told where one points. */
export const Cut = ({ text, children }: { text: string; children: ReactNode }) => (
  // Room around it, or the ring of what is in it would be cut as well.
  <span className="-mx-1 line-clamp-3 px-1" title={text}>
    {children}
  </span>
);

/** Renders once for a row as it is, where its columns are the same ones as before. */
const TableRow = memo(function TableRow<Row>({ row, columns }: { row: Row; columns: readonly Column<Row>[] }) {
  return (
    <tr className="grid gap-1 border-line border-b pb-3 align-top last:border-0 sm:table-row">
      {columns.map(({ head, cell, numeric, wide }, at) => (
        <td
          key={head}
          className={`${wide ? "grid" : "flex justify-between gap-4"} sm:table-cell sm:py-2.5 sm:pe-4 ${numeric ? "tabular-nums sm:text-end" : ""} ${at === 0 ? "font-medium" : ""}`}
        >
          <span
            aria-hidden="true"
            className={`shrink-0 whitespace-nowrap font-normal text-dim text-sm sm:hidden ${at === 0 ? "hidden" : ""}`}
          >
            {head}
          </span>
          <span className={at === 0 ? FIRST : `${wide ? "" : "max-sm:text-end"} ${numeric ? "" : OTHER}`}>
            {cell(row)}
          </span>
        </td>
      ))}
    </tr>
  );
}) as <Row>(props: { row: Row; columns: readonly Column<Row>[] }) => ReactNode;
