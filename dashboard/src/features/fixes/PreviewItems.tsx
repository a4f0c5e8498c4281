import type { LicenceView, PreviewItem } from "~/api/generated/types.gen";
import { listed, money, withDays } from "~/lib/format";
import { toggled } from "~/lib/toggled";
import { noSend } from "~/ui/form";
import { Icon } from "~/ui/icons";
import { named } from "~/ui/named";
import { fixing as t } from "~texts/fixing";

interface Props {
  items: readonly PreviewItem[];
  /** Who is left out of the next look. Nobody can be where it is absent. */
  left?: ReadonlySet<string>;
  onLeft?: (left: ReadonlySet<string>) => void;
}

/** Every change, before and after, and what is left alone with why. */
export function PreviewItems({ items, left = new Set(), onLeft }: Props) {
  const going = items.filter((item) => !item.blocked);
  const blocked = items.filter((item) => item.blocked);
  const many = new Set(going.map((item) => item.person)).size > 1;
  const toggle = (person: string) => onLeft?.(toggled(left, person));
  return (
    <>
      {going.length > 0 && (
        <section className="grid gap-2">
          <h3>{t.list}</h3>
          <ul className="grid">
            {going.map((item) => (
              <li key={`${item.person}-${item.what}`} className="flex gap-3 border-line border-b py-3 first:border-t">
                {many && onLeft && item.person && (
                  <input
                    type="checkbox"
                    className="mt-1 size-5 shrink-0 accent-(--accent)"
                    aria-label={t.include(item.name)}
                    checked={!left.has(item.person)}
                    onChange={() => toggle(item.person ?? "")}
                    onKeyDown={noSend}
                  />
                )}
                <Change item={item} out={left.has(item.person ?? "")} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {blocked.length > 0 && (
        <section className="grid gap-2">
          <h3>{t.alone}</h3>
          <ul className="grid gap-2">
            {blocked.map((item) => (
              <li key={`${item.person}-${item.blocked?.text}`}>
                <bdi className="font-medium">{item.name}</bdi>
                <bdi className="block text-dim text-sm">{withDays(item.blocked?.text ?? "")}</bdi>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Change({ item, out }: { item: PreviewItem; out: boolean }) {
  return (
    <div className={`grid min-w-0 flex-1 gap-1 ${out ? "opacity-60" : ""}`}>
      <p className="flex flex-wrap justify-between gap-x-4">
        <bdi className="font-medium">{item.name}</bdi>
        {item.monthly && <span className="tabular-nums">{money(item.monthly)}</span>}
      </p>
      {item.sign_in_name && <bdi className="break-all text-dim text-sm">{item.sign_in_name}</bdi>}
      <p>
        <bdi>{item.what}</bdi>
      </p>
      {item.change?.type === "sign_in" ? (
        <p className="text-sm">{item.change.allowed ? t.signsIn : t.signsInNoMore}</p>
      ) : (
        <>
          <BeforeAfter before={item.before} after={item.after} />
          {item.undo_need && item.undo_need !== "free_licence" && (
            <p className="font-medium text-sm text-warn">{t.notBack[item.undo_need]}</p>
          )}
          {item.person && (
            <p className={`text-sm ${item.lost.length > 0 ? "font-medium text-warn" : "text-dim"}`}>
              {item.lost.length > 0 ? t.loses(listed(item.lost)) : t.losesNothing}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** A licence is the same before and after where type and group are. */
const same = (one: LicenceView) => (other: LicenceView) => one.sku === other.sku && one.by_group === other.by_group;

function BeforeAfter({ before, after }: Pick<PreviewItem, "before" | "after">) {
  if (before.length + after.length === 0) return null;
  return (
    <dl className="grid gap-x-4 gap-y-1 text-sm sm:grid-cols-[1fr_auto_1fr]">
      <div>
        <dt className="text-dim">{t.before}</dt>
        <Held held={before} mark={(one) => (after.some(same(one)) ? undefined : t.goes)} struck />
      </div>
      <Icon name="arrow" className="mt-6 hidden size-4 text-dim sm:block" />
      <div>
        <dt className="text-dim">{t.after}</dt>
        <Held held={after} mark={(one) => (before.some(same(one)) ? t.stays : t.comes)} />
      </div>
    </dl>
  );
}

function Held({
  held,
  mark,
  struck = false,
}: {
  held: readonly LicenceView[];
  mark: (one: LicenceView) => string | undefined;
  struck?: boolean;
}) {
  if (held.length === 0) return <dd>{t.nobody}</dd>;
  return held.map((one) => {
    const word = mark(one);
    return (
      <dd key={`${one.sku}-${one.by_group}`}>
        {word && struck ? <del>{one.product}</del> : one.product}
        {one.by_group && <span className="text-dim"> ({named(t.byGroup, one.by_group)})</span>}
        {word && <strong className={struck ? "text-warn" : "text-dim"}> {word}</strong>}
      </dd>
    );
  });
}
