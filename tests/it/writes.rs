//! The client's changes at the simulated Microsoft, as the functions that fix will meet them.

use graph::{
    Deadline, Directory, Error,
    now::{Assignment, PersonNow},
    write::{RefusedCode, Write, WriteError},
};
use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use model::{DirectoryId, GroupId, PersonId, SkuId};
use registration::Registration;
use tests::{App, LICENCE_WRITER_APP, READER_APP, directory};

const PEOPLE: u32 = 400;

/// The directory under one of our registrations, with ten minutes.
async fn under(app: &App, registration: Registration) -> Directory {
    let microsoft = registration.connect(app.system.connect()).await.unwrap();
    let deadline = Deadline::after(&app.system.connect().clock, SignedDuration::from_mins(10));
    microsoft.directory(app.only_directory()).until(deadline)
}

/// A directory that both apps may use.
async fn ready() -> (App, Directory, Directory) {
    let app = App::of(directory(1, PEOPLE)).await;
    for client in [READER_APP, LICENCE_WRITER_APP] {
        app.microsoft().consent(client, app.only_directory());
    }
    let (reader, writer) = (under(&app, Registration::READER).await, under(&app, Registration::LICENCE_WRITER).await);
    (app, reader, writer)
}

async fn everybody(app: &App, reader: &Directory) -> Vec<PersonNow> {
    let all: Vec<PersonId> =
        app.microsoft().directory(app.only_directory(), |d| d.accounts().map(|a| a.id).collect()).unwrap();
    reader.people_now(&all).await.unwrap().into_iter().map(Result::unwrap).collect()
}

/// Somebody with one licence, directly, that can be taken and given again.
fn one_direct(people: &[PersonNow]) -> (PersonId, SkuId) {
    let only =
        |person: &&PersonNow| matches!(&person.assignments[..], [one] if one.group.is_none() && one.error.is_none());
    let person = people.iter().find(only).expect("somebody with one direct licence");
    (person.id, person.assignments[0].sku)
}

fn take(person: PersonId, sku: SkuId) -> Write {
    Write::AssignLicense { person, add: Vec::new(), remove: vec![sku] }
}

fn give_back(before: &PersonNow, sku: SkuId) -> Write {
    let plans = before.direct(sku).unwrap().disabled_plans.clone();
    Write::AssignLicense { person: before.id, add: vec![(sku, plans)], remove: Vec::new() }
}

fn code(result: &Result<(), WriteError>) -> RefusedCode {
    match result {
        Err(WriteError::Refused { code, .. }) => *code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_undone_exactly_leaves_the_directory_as_it_was() {
    let (app, reader, writer) = ready().await;
    let (microsoft, id) = (app.microsoft(), app.only_directory());
    let before = microsoft.fingerprint(id);
    let people = everybody(&app, &reader).await;
    // Of a type that has more holders than seats, what is taken cannot be given again.
    let skus = reader.subscribed_skus().await.unwrap().into_iter().filter_map(graph::facts::sku);
    let roomy: Vec<SkuId> = skus
        .filter(|sku| sku.status == checks::facts::SkuStatus::Enabled && sku.consumed <= sku.seats.enabled)
        .map(|sku| sku.id)
        .collect();
    // Everybody's first direct licence, disabled plans and all.
    let direct: Vec<(&PersonNow, SkuId)> = people
        .iter()
        .filter_map(|person| {
            let can = |a: &&Assignment| a.group.is_none() && a.error.is_none() && roomy.contains(&a.sku);
            Some((person, person.assignments.iter().find(can)?.sku))
        })
        .collect();
    let takes: Vec<Write> = direct.iter().map(|(person, sku)| take(person.id, *sku)).collect();
    let taken = writer.write(&takes).await;
    assert!(taken.iter().filter(|result| result.is_ok()).count() > 100);
    assert_ne!(microsoft.fingerprint(id), before);
    let gives: Vec<Write> =
        direct.iter().zip(&taken).filter(|(_, taken)| taken.is_ok()).map(|((p, sku), _)| give_back(p, *sku)).collect();
    let given = writer.write(&gives).await;
    assert!(given.iter().all(Result::is_ok), "{given:?}");
    assert_eq!(microsoft.fingerprint(id), before);

    // Reports' names, and sign-in.
    let concealed = reader.report_settings().await.unwrap().display_concealed_names.unwrap();
    let (somebody, _) = one_direct(&people);
    let there = [Write::ConcealNames(!concealed), Write::SetSignIn { person: somebody, enabled: false }];
    assert_eq!(writer.write(&there).await, [Ok(()), Ok(())]);
    assert_eq!(reader.report_settings().await.unwrap().display_concealed_names, Some(!concealed));
    let blocked = reader.people_now(&[somebody]).await.unwrap().remove(0).unwrap();
    assert_eq!(blocked.enabled, Some(false));
    let back = [Write::ConcealNames(concealed), Write::SetSignIn { person: somebody, enabled: true }];
    assert_eq!(writer.write(&back).await, [Ok(()), Ok(())]);
    assert_eq!(microsoft.fingerprint(id), before);
}

#[tokio::test]
async fn a_group_is_left_and_joined_again_where_no_rule_decides() {
    let (app, reader, writer) = ready().await;
    let (microsoft, id) = (app.microsoft(), app.only_directory());
    let people = everybody(&app, &reader).await;
    // Who has it of themselves as well can be taken that.
    let direct = |person: &PersonNow, sku| person.assignments.iter().any(|a| a.group.is_none() && a.sku == sku);
    let by_group = |person: &PersonNow| {
        let mut all = person.assignments.iter().filter_map(|a| Some((a.group?, a.sku)));
        all.find(|(_, sku)| !direct(person, *sku))
    };
    let in_groups: Vec<(PersonId, GroupId, SkuId)> =
        people.iter().filter_map(|person| by_group(person).map(|(group, sku)| (person.id, group, sku))).collect();
    let groups: Vec<GroupId> = in_groups.iter().map(|(_, group, _)| *group).collect();
    let (mut free, mut ruled) = (None, None);
    for (at, group) in reader.groups_now(&groups).await.unwrap().into_iter().enumerate() {
        match group.unwrap() {
            group if group.dynamic => ruled = Some(in_groups[at]),
            group if !group.synced => free = Some(in_groups[at]),
            _ => {}
        }
    }
    let (person, group, sku) = free.expect("somebody in a group that can be left");
    let before = microsoft.fingerprint(id);
    assert_eq!(code(&writer.write(&[take(person, sku)]).await[0]), RefusedCode::InheritedFromGroup);
    assert_eq!(reader.members_now(&[(group, person)]).await.unwrap()[0].as_ref().unwrap(), &true);
    assert_eq!(writer.write(&[Write::LeaveGroup { group, person }]).await, [Ok(())]);
    assert_eq!(reader.members_now(&[(group, person)]).await.unwrap()[0].as_ref().unwrap(), &false);
    assert_eq!(code(&writer.write(&[Write::LeaveGroup { group, person }]).await[0]), RefusedCode::NotFound);
    assert_eq!(writer.write(&[Write::JoinGroup { group, person }]).await, [Ok(())]);
    assert_eq!(code(&writer.write(&[Write::JoinGroup { group, person }]).await[0]), RefusedCode::AlreadyMember);
    assert_eq!(microsoft.fingerprint(id), before);
    if let Some((person, group, _)) = ruled {
        assert_eq!(code(&writer.write(&[Write::LeaveGroup { group, person }]).await[0]), RefusedCode::DynamicGroup);
        assert_eq!(microsoft.fingerprint(id), before);
    }
    assert_eq!(writer.write(&[Write::Reprocess { person }]).await, [Ok(())]);
}

#[tokio::test]
async fn an_answer_that_is_lost_leaves_a_change_that_can_be_read_back() {
    let (app, reader, writer) = ready().await;
    let people = everybody(&app, &reader).await;
    let (person, sku) = one_direct(&people);
    let others: Vec<Write> =
        people.iter().filter(|p| p.id != person && p.synced).take(3).map(|p| take(p.id, SkuId(p.id.0))).collect();
    for fault in [Fault::AnswerLost, Fault::StatusAfterwards(504)] {
        let before = reader.people_now(&[person]).await.unwrap().remove(0).unwrap();
        app.microsoft().fault(When::path("/v1.0/users/{id}/assignlicense"), fault);
        let writes: Vec<Write> = [take(person, sku)].into_iter().chain(others.clone()).collect();
        let results = writer.write(&writes).await;
        assert!(matches!(results[0], Err(WriteError::Ambiguous { .. })), "{results:?}");
        assert!(results[1..].iter().all(|result| matches!(result, Err(WriteError::Refused { .. }))), "{results:?}");
        let after = reader.people_now(&[person]).await.unwrap().remove(0).unwrap();
        assert_eq!(after.direct(sku), None, "it was done");
        assert_eq!(writer.write(&[give_back(&before, sku)]).await, [Ok(())]);
    }
    // Of the whole batch.
    app.microsoft().fault(When::path("/v1.0/$batch").nth(1), Fault::StatusAfterwards(503));
    assert!(matches!(writer.write(&[take(person, sku)]).await[0], Err(WriteError::Ambiguous { .. })));
    assert_eq!(app.microsoft().directory(app.only_directory(), |d| d.licenses(person)).unwrap(), []);
    // Of a setting that travels alone.
    app.microsoft().fault(When::path("/v1.0/admin/reportsettings").method("PATCH"), Fault::AnswerLost);
    assert!(matches!(writer.write(&[Write::ConcealNames(true)]).await[0], Err(WriteError::Ambiguous { .. })));
    assert_eq!(reader.report_settings().await.unwrap().display_concealed_names, Some(true));
    // Throttled inside a batch: nothing was done, so it is sent again.
    let refused = Fault::Status(429, RetryAfter::Seconds(3));
    app.microsoft().fault(When::path("/v1.0/users/{id}").method("PATCH"), refused);
    assert_eq!(writer.write(&[Write::SetSignIn { person, enabled: false }]).await, [Ok(())]);
    assert_eq!(app.microsoft().faults_left(), 0);
}

#[tokio::test]
async fn reads_lag_behind_writes_when_told_to() {
    let (app, reader, writer) = ready().await;
    let people = everybody(&app, &reader).await;
    let (person, sku) = one_direct(&people);
    app.microsoft().lag(SignedDuration::from_secs(30));
    assert_eq!(writer.write(&[take(person, sku)]).await, [Ok(())]);
    let seen = async || reader.people_now(&[person]).await.unwrap().remove(0).unwrap().direct(sku).is_some();
    assert!(seen().await, "not seen yet");
    app.clock.advance(SignedDuration::from_secs(29));
    assert!(seen().await);
    app.clock.advance(SignedDuration::from_secs(1));
    assert!(!seen().await);
}

#[tokio::test]
async fn who_may_only_read_changes_nothing_and_who_is_gone_is_told_so() {
    let (app, reader, writer) = ready().await;
    let id: DirectoryId = app.only_directory();
    let people = everybody(&app, &reader).await;
    let (person, sku) = one_direct(&people);
    let before = app.microsoft().fingerprint(id);
    let all = [
        take(person, sku),
        Write::SetSignIn { person, enabled: false },
        Write::Reprocess { person },
        Write::ConcealNames(true),
        Write::JoinGroup { group: GroupId(person.0), person },
        Write::LeaveGroup { group: GroupId(person.0), person },
    ];
    for result in reader.write(&all).await {
        assert!(matches!(result, Err(WriteError::PermissionMissing(_))), "{result:?}");
    }
    assert_eq!(app.microsoft().fingerprint(id), before);
    // An administrator is not for an app to block.
    let admin = app.microsoft().directory(id, |d| d.administrators()[0].id).unwrap();
    let result = writer.write(&[Write::SetSignIn { person: admin, enabled: false }]).await.remove(0);
    assert!(matches!(result, Err(WriteError::PermissionMissing(_))), "{result:?}");
    // Deleted meanwhile.
    assert!(app.microsoft().delete_person(id, person));
    assert_eq!(code(&writer.write(&[take(person, sku)]).await[0]), RefusedCode::NotFound);
    assert!(matches!(reader.people_now(&[person]).await.unwrap()[0], Err(Error::NotFound(_))));
    // Consent withdrawn: the token that was good is not any more.
    app.microsoft().revoke_consent(LICENCE_WRITER_APP, id);
    let result = writer.write(&[Write::ConcealNames(true)]).await.remove(0);
    assert!(matches!(result, Err(WriteError::ConsentLost { .. })), "{result:?}");
    assert!(reader.report_settings().await.is_ok(), "reading goes on");
}
