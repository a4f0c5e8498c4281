import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { type ApiError, apiError } from "~/api/error";
import type { Action, Apply, FindingDetail, GuardId, PersonId, PreviewView } from "~/api/generated/types.gen";
import { Basis } from "~/features/findings/Basis";
import { useRoleReason } from "~/features/shell/me";
import { day, money, withDays } from "~/lib/format";
import { forget, keep, kept } from "~/lib/kept";
import { toggled } from "~/lib/toggled";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Sheet } from "~/ui/dialog";
import { Check, Field, Form, noSend } from "~/ui/form";
import { Icon } from "~/ui/icons";
import { Notice, Problem, Skeleton, Status } from "~/ui/states";
import { announce } from "~/ui/toast";
import { fixing as t } from "~texts/fixing";
import { Allow } from "./Allow";
import { LostAnswer } from "./LostAnswer";
import { PreviewItems } from "./PreviewItems";
import { type Choice, choiceName, isOpen, previewOptions, type Sent } from "./preview";
import { useApproval } from "./useApproval";
import { When } from "./When";

interface Props {
  /** None where the action needs none. */
  finding?: FindingDetail;
  /** What to do in place of what the finding advises. */
  action: Action | undefined;
  /** Only of this person, until something else is chosen. */
  person?: PersonId | undefined;
  onAction?: ((action: Action | undefined) => void) | undefined;
  onClose: () => void;
}

/** What became of an approval that changed nothing. */
type Told = "drift" | "old";

/** What a fix would do, asked of Microsoft now; and the one place where it is approved. */
export function PreviewSheet({ finding: of, action, person, onAction, onClose }: Props) {
  const about = of?.finding ?? action ?? "";
  const [choice, setChoice] = useState<Choice>(() => kept(choiceName(about)) ?? (person ? { people: [person] } : {}));
  const options = previewOptions(of?.finding, action, choice);
  const preview = useQuery(options);
  const queries = useQueryClient();
  const { sent, approve } = useApproval(about);
  const [refused, setRefused] = useState<ApiError>();
  const [told, setTold] = useState<Told>();
  const [timed, setTimed] = useState(false);

  const choose = (next: Choice) => {
    keep(choiceName(about), next);
    setRefused(undefined);
    setTold(undefined);
    setTimed(next.at !== choice.at);
    setChoice(next);
  };
  const close = () => {
    forget(choiceName(about));
    onClose();
  };
  const again = (why?: Told) => {
    setTold(why);
    if (why) announce(why === "drift" ? t.drift : t.old);
    return preview.refetch();
  };

  const send = async (approval: Sent) => {
    setRefused(undefined);
    try {
      await approve(approval);
    } catch (thrown) {
      const error = apiError(thrown);
      if (isOpen(error)) return setRefused(error);
      if (error.code === "preview_not_good") return again("old");
      if (error.code !== "drift") return setRefused(error);
      queries.setQueryData(options.queryKey, error.members.preview as PreviewView);
      setTold("drift");
      announce(t.drift);
    }
  };
  const [apply, applying] = useAct(send);

  const data = preview.data;
  return (
    <Sheet title={data?.preview_token ? data.headline : t.title} onClose={close}>
      <div className="grid gap-6 px-5 py-5 sm:px-6">
        {sent && (
          <div ref={reveal}>
            <LostAnswer sent={sent} onAsk={() => apply(sent)} busy={applying} />
          </div>
        )}
        {told && (
          <div ref={reveal}>
            <Notice tone="warn" icon="warn" title={told === "drift" ? t.drift : t.old}>
              {told === "drift" ? t.driftLead : t.oldLead}
            </Notice>
          </div>
        )}
        {preview.error && (
          <Problem
            error={preview.error}
            onRetry={() => (preview.error?.code === "invalid" ? choose({}) : preview.refetch())}
          />
        )}
        {preview.isFetching && <Checking />}
        {data && !preview.isFetching && (
          <Loaded
            key={data.preview_token}
            {...{ of, data, choice, choose, action, onAction, refused }}
            onApply={(body) => apply({ headline: data.headline, body })}
            busy={applying}
            sent={sent !== undefined}
            timed={timed && told === undefined}
          />
        )}
      </div>
    </Sheet>
  );
}

/** Whoever pressed the button is at the other end of the sheet. */
const reveal = (element: HTMLElement | null): void => element?.scrollIntoView({ block: "center" });

function Checking() {
  useEffect(() => announce(t.checking), []);
  return (
    <>
      <p className="font-semibold">{t.checking}</p>
      <Skeleton rows={4} />
    </>
  );
}

interface LoadedProps extends Pick<Props, "action" | "onAction"> {
  of: FindingDetail | undefined;
  data: PreviewView;
  choice: Choice;
  choose: (choice: Choice) => void;
  refused: ApiError | undefined;
  onApply: (body: Apply) => void;
  busy: boolean;
  /** Something was sent already whose answer is missing. */
  sent: boolean;
  /** It is looked at again because another time was chosen. */
  timed: boolean;
}

function Loaded({ of, data, choice, choose, action, onAction, refused, onApply, busy, sent, timed }: LoadedProps) {
  const going = data.items.filter((item) => !item.blocked);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [seen, setSeen] = useState<ReadonlySet<GuardId>>(new Set());
  const [typed, setTyped] = useState("");
  const mayNot = useRoleReason("fixes:apply");
  const { preview_token, type_to_confirm, at } = data;
  const byGroup = data.items.some((item) => item.blocked?.reason === "comes_from_a_group");
  const people = [...new Set(going.flatMap((item) => item.person ?? []))].filter((person) => !left.has(person));

  const reason = (): string | undefined => {
    if (busy) return undefined;
    if (mayNot) return mayNot;
    if (sent) return t.lost;
    if (data.needs) return t.onlyLook;
    if (!preview_token) return t.nothing;
    if (left.size > 0) return t.lookFirst;
    if (data.to_accept.some((guard) => !seen.has(guard))) return t.acceptIt;
    if (type_to_confirm && typed.trim() !== type_to_confirm) return t.typeIt;
    return undefined;
  };
  const why = reason();
  const apply = async () => {
    if (!preview_token || why) return;
    onApply({ preview_token, confirm: type_to_confirm ? typed.trim() : null, accept: data.to_accept });
  };

  if (going.length === 0) {
    return (
      <>
        <Notice title={t.nothing}>{t.nothingLead}</Notice>
        <PreviewItems items={data.items} />
        <Instead {...{ byGroup, action, onAction }} />
      </>
    );
  }
  return (
    <Form label={data.headline} onSend={apply} className="grid gap-6">
      <Summary of={of} data={data} />
      <PreviewItems items={data.items} left={left} onLeft={setLeft} />
      {data.beyond > 0 && <p className="text-dim">{t.beyond(data.beyond)}</p>}
      {choice.people && (
        <div>
          <Button onClick={() => choose({ ...choice, people: undefined })}>{t.everybody}</Button>
        </div>
      )}
      <Instead {...{ byGroup, action, onAction }} />
      <Guards data={data} seen={seen} onSeen={setSeen} />
      <Block title={t.undo}>
        {/* What the check says of its undo holds only where Microsoft would give everything back. */}
        <p>{action || !of || data.undo.needs.some((need) => !need.is_met) ? data.undo.text : of.undo_text}</p>
        <p className="text-dim">{t.undoHow}</p>
      </Block>
      <When
        at={choice.at}
        // Who is unticked by then stays out, looked at again or not.
        onAt={(at) => choose({ ...choice, at, ...(left.size > 0 && people.length > 0 && { people }) })}
        chosen={timed}
      />
      {data.needs && <Allow text={data.needs.text} />}
      {type_to_confirm && (
        <Field
          label={t.confirm(type_to_confirm)}
          hint={t.confirmHint}
          name="confirm"
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      )}
      {refused && <Problem error={refused} />}
      <div className="sticky bottom-0 -mx-5 flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-t bg-card px-5 py-3 sm:-mx-6 sm:px-6">
        {left.size > 0 ? (
          <Button
            look="main"
            onClick={() => choose({ ...choice, people })}
            disabledReason={people.length === 0 ? t.choose : undefined}
          >
            {t.chosen(people.length)}
          </Button>
        ) : (
          <>
            <Button type="submit" look="main" busy={busy} disabledReason={why}>
              {at ? t.plan(data.headline, day(at)) : data.headline}
            </Button>
            {why && <p className="text-dim text-sm">{why}</p>}
          </>
        )}
      </div>
    </Form>
  );
}

const tones = { reversible: "good", until: "warn", no: "bad" } as const;

/** Whether it can be undone, whom it changes and what it saves: before anything else. */
function Summary({ of, data }: Pick<LoadedProps, "of" | "data">) {
  const { undo, people, items, saving, at } = data;
  const begins = at ? new Date(at).getTime() : Date.now();
  const until =
    undo.possible && undo.class.type === "until" && new Date(begins + undo.class.days * 86_400_000).toISOString();
  const tone = undo.possible ? tones[undo.class.type] : "bad";
  return (
    <section className="grid gap-3 rounded-xl border border-line bg-tint p-4">
      {of && (
        <p className="text-dim">
          <bdi>{of.headline}</bdi>
        </p>
      )}
      <p className="font-semibold text-lg">
        {items.some(({ person }) => person) ? people > 0 && t.people(people) : t.setting}
        {saving.monthly ? ` · ${t.saves(money(saving.monthly))}` : ` · ${t.noSaving}`}
      </p>
      {saving.monthly && <Basis of={of?.price_basis} />}
      <p className="flex gap-2">
        <Icon
          name={tone === "bad" ? "bad" : "undo"}
          className={`mt-0.5 size-5 ${{ good: "text-good", warn: "text-warn", bad: "text-bad" }[tone]}`}
        />
        <span>
          <strong>{undo.text}</strong> {until && t.undoUntil(day(until))}
        </span>
      </p>
      {saving.freed.map(({ sku, text }) => (
        <p key={sku} className="text-dim text-sm">
          {withDays(text)}
        </p>
      ))}
      {at && <Status tone="quiet">{t.planned(day(at))}</Status>}
    </section>
  );
}

/** What has to be looked at is ticked; the rest is told. */
function Guards({
  data: { guards, to_accept },
  seen,
  onSeen,
}: {
  data: PreviewView;
  seen: ReadonlySet<GuardId>;
  onSeen: (seen: ReadonlySet<GuardId>) => void;
}) {
  if (guards.length === 0) return null;
  const told = guards.filter(({ level }) => level !== "confirm");
  return (
    <Block title={t.look}>
      {told.map(({ id, text }) => (
        <p key={id + text} className="flex gap-3">
          <Icon name="info" className="mt-0.5 size-5 text-dim" />
          {withDays(text)}
        </p>
      ))}
      {to_accept.map((guard) => (
        <div key={guard} className="rounded-lg border border-warn bg-warn-tint px-4 py-2">
          {guards
            .filter(({ id, level }) => id === guard && level === "confirm")
            .map(({ text }) => (
              <p key={text} className="flex gap-3">
                <Icon name="warn" className="mt-0.5 size-5 text-warn" />
                {withDays(text)}
              </p>
            ))}
          <Check
            label={t.seen}
            checked={seen.has(guard)}
            onChange={() => onSeen(toggled(seen, guard))}
            onKeyDown={noSend}
          />
        </div>
      ))}
    </Block>
  );
}

/** Where a group gives the licence, taking it away helps nothing; leaving the group does. */
function Instead({ byGroup, action, onAction }: { byGroup: boolean } & Pick<Props, "action" | "onAction">) {
  if (!onAction) return null;
  if (action) {
    return (
      <div>
        <Button onClick={() => onAction(undefined)}>{t.insteadBack}</Button>
      </div>
    );
  }
  if (!byGroup) return null;
  return (
    <div>
      <Button onClick={() => onAction("leave_group")}>{t.instead}</Button>
    </div>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="grid gap-2">
      <h3>{title}</h3>
      {children}
    </section>
  );
}
