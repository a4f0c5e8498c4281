use checks::facts::{MailboxPurpose, Missing, Usage};
use graph::{Activity, Report, ReportPeriod};
use jiff::civil::date;

use crate::server::{Reply, Server};

const ACTIVE: &str = "/v1.0/reports/getOffice365ActiveUserDetail(period='D90')";
const HEADER: &str = "\u{feff}Report Refresh Date,User Principal Name,Display Name,Is Deleted,Deleted Date,\
    Has Exchange License,Exchange Last Activity Date,Teams Last Activity Date,Exchange License Assign Date,\
    Assigned Products";
const ROWS: &str = "\r\n2026-11-19,Ada@Contoso.com,\"Ada, Countess\",False,,True,2026-10-01,2026-11-02,2025-01-01,A+B\
    \r\n2026-11-19,idle@contoso.com,=cmd(),False,,True,,,2026-11-18,A\
    \r\n2026-11-19,gone@contoso.com,Gone,True,2026-01-01,True,2026-11-01,,,A\r\n";

async fn activity(server: &Server) -> Result<Activity, graph::Error> {
    server.directory().activity(Report::ActiveUsers, ReportPeriod::D90).await
}

fn csv() -> Reply {
    Reply::text(200, "application/octet-stream", format!("{HEADER}{ROWS}"))
}

#[tokio::test]
async fn a_report_is_fetched_from_where_graph_points_without_the_token() {
    let (server, storage) = (Server::start().await, Server::start().await);
    server.reply(ACTIVE, [Reply::redirect(storage.at("/ticket?sig=abc%2F"))]);
    storage.reply("/ticket", [csv()]);
    let activity = activity(&server).await.unwrap();
    let refreshed = date(2026, 11, 19);
    assert_eq!(activity.usage("ADA@contoso.com"), Usage::Known { last: Some(date(2026, 11, 2)), refreshed });
    assert_eq!(activity.usage("idle@contoso.com"), Usage::Known { last: None, refreshed });
    assert_eq!(activity.usage("gone@contoso.com"), Usage::Unavailable(Missing::NotCovered));
    assert_eq!(activity.usage("new@contoso.com"), Usage::Unavailable(Missing::NotCovered));

    let fetched = &storage.all_seen()[0];
    assert_eq!(fetched.uri.query(), Some("sig=abc%2F"));
    for header in ["authorization", "client-request-id", "cookie", "referer"] {
        assert_eq!(fetched.header(header), None, "{header}");
    }
    assert_eq!(server.seen(ACTIVE)[0].header("authorization"), Some("Bearer token-1"));
}

#[tokio::test]
async fn a_report_is_not_fetched_from_everywhere() {
    for target in
        ["http://169.254.169.254/latest", "http://10.0.0.1/", "file:///etc/passwd", "https://10.0.0.1/", "", "ftp://x/"]
    {
        let server = Server::start().await;
        server.reply(ACTIVE, [Reply::redirect(target)]);
        let error = activity(&server).await.unwrap_err();
        assert_eq!(error.reason(), "bad_answer", "{target}: {error}");
    }
}

#[tokio::test]
async fn a_second_redirect_is_not_followed() {
    let (server, storage) = (Server::start().await, Server::start().await);
    server.reply(ACTIVE, [Reply::redirect(storage.at("/ticket"))]);
    storage.reply("/ticket", [Reply::redirect(storage.at("/further"))]).reply("/further", [csv()]);
    assert_eq!(activity(&server).await.unwrap_err().reason(), "bad_answer");
    assert_eq!(storage.seen("/further").len(), 0);
}

#[tokio::test]
async fn a_report_that_breaks_off_is_read_again_from_its_start() {
    let server = Server::start().await;
    server.reply(ACTIVE, [Reply::redirect(server.at("/ticket"))]);
    let html = Reply::text(200, "text/html", "<html>");
    let ragged = Reply::text(200, "text/csv", format!("{HEADER}\n2026-11-19,x@contoso.com"));
    let expired = Reply::text(403, "application/xml", "<Error/>");
    server.reply("/ticket", [csv().breaking_off(), html, ragged, expired, csv()]);
    let directory = server.directory();
    let count = |rows: &mut u32, _: &graph::ReportRow<'_>| *rows += 1;
    assert_eq!(directory.report(Report::ActiveUsers, ReportPeriod::D90, count).await.unwrap(), 3);
    // A ticket is short-lived: each try gets a new one.
    assert_eq!(server.seen(ACTIVE).len(), 5);
}

#[tokio::test]
async fn hidden_names_are_said_to_be_hidden() {
    let server = Server::start().await;
    server.reply(ACTIVE, [Reply::redirect(server.at("/ticket"))]);
    let row =
        "\n2026-11-19,0A1B2C3D4E5F60718293A4B5C6D7E8F9,0A1B2C3D4E5F60718293A4B5C6D7E8F9,False,,True,2026-11-01,,,A";
    server.reply("/ticket", [Reply::text(200, "text/csv", format!("{HEADER}{row}"))]);
    let activity = activity(&server).await.unwrap();
    assert_eq!(activity.missing(), Some(Missing::NamesConcealed));
    assert_eq!(activity.usage("ada@contoso.com"), Usage::Unavailable(Missing::NamesConcealed));
}

#[tokio::test]
async fn what_is_missing_never_reads_as_idle() {
    let mut nothing = Activity::default();
    assert_eq!(nothing.usage("a@b"), Usage::Unavailable(Missing::Error));
    nothing.failed(Report::ActiveUsers, Missing::Permission);
    assert_eq!(nothing.usage("a@b"), Usage::Unavailable(Missing::Permission));

    // A mailbox report alone would make somebody idle who works in Teams.
    let server = Server::start().await;
    let path = "/v1.0/reports/getMailboxUsageDetail(period='D90')";
    server.reply(path, [Reply::redirect(server.at("/ticket"))]);
    let csv = "Report Refresh Date,User Principal Name,Last Activity Date,Has Archive\n\
               2026-11-18,idle@contoso.com,2026-11-10,False\n";
    server.reply("/ticket", [Reply::text(200, "text/csv", csv)]);
    let mut mailboxes = server.directory().activity(Report::Mailboxes, ReportPeriod::D90).await.unwrap();
    assert_eq!(mailboxes.usage("idle@contoso.com"), Usage::Unavailable(Missing::Error));

    // Together they say the latest of both, as of the older of both.
    server.reply(ACTIVE, [Reply::redirect(server.at("/ticket2"))]).reply("/ticket2", [self::csv()]);
    mailboxes.merge(activity(&server).await.unwrap());
    let stored: Activity = serde_json::from_str(&serde_json::to_string(&mailboxes).unwrap()).unwrap();
    let expected = Usage::Known { last: Some(date(2026, 11, 10)), refreshed: date(2026, 11, 18) };
    assert_eq!(stored.usage("idle@contoso.com"), expected);
    assert_eq!(stored.reports().collect::<Vec<_>>(), [Report::ActiveUsers, Report::Mailboxes]);
}

async fn read(server: &Server, report: Report, csv: &'static str) -> Activity {
    let path = report.endpoint().path.replace("{period}", "D90");
    server.reply(&path, [Reply::redirect(server.at("/ticket"))]);
    server.reply("/ticket", [Reply::text(200, "text/csv", csv)]);
    server.directory().activity(report, ReportPeriod::D90).await.unwrap()
}

#[tokio::test]
async fn each_report_says_its_own_part_of_a_person() {
    let server = Server::start().await;
    let mut all = read(
        &server,
        Report::Mailboxes,
        "Report Refresh Date,User Principal Name,Is Deleted,Last Activity Date,Storage Used (Byte),Has Archive,Recipient \
         Type\n2026-11-19,Info@contoso.com,False,2026-11-18,2147483648,False,Shared\n\
         2026-11-19,odd@contoso.com,False,,1,,Something new\n",
    )
    .await;
    let drives = "Report Refresh Date,Owner Display Name,Is Deleted,Last Activity Date,Storage Used (Byte),Owner \
                  Principal Name\n2026-11-18,Info,False,2026-01-01,1073741824,info@contoso.com\n\
                  2026-11-18,Gone,False,2026-01-01,2147483648,\n2026-11-18,Fresh,False,2026-11-01,1073741824,new@contoso.com\n\
                  2026-11-18,Deleted,True,2026-01-01,1073741824,\n2026-11-18,At work,False,2026-01-01,1073741824,ada@contoso.com\n";
    all.merge(read(&server, Report::OneDrive, drives).await);
    let activations = "Report Refresh Date,User Principal Name,Product Type,Last Activated Date\n\
                       2026-11-17,info@contoso.com,MICROSOFT 365 APPS FOR BUSINESS,2025-01-01\n\
                       2026-11-17,info@contoso.com,VISIO CLIENT,2025-02-01\n\
                       2026-11-17,info@contoso.com,MICROSOFT 365 APPS FOR BUSINESS,2025-03-01\n";
    all.merge(read(&server, Report::Activations, activations).await);
    let teams = "Report Refresh Date,User Principal Name,Last Activity Date,Team Chat Message Count,Call Count,Meeting \
                 Count\n2026-11-19,info@contoso.com,2026-11-18,5,3,2\n";
    all.merge(read(&server, Report::Teams, teams).await);

    let said = all.footprint("INFO@contoso.com");
    let mailbox = said.mailbox.unwrap();
    assert_eq!((mailbox.used_mib, mailbox.archive, mailbox.purpose), (2048, false, Some(MailboxPurpose::Shared)));
    assert_eq!(said.drive.unwrap().used_mib, 1024);
    let desktop = said.desktop.unwrap();
    assert_eq!((desktop.office, desktop.visio), (Some(date(2025, 3, 1)), Some(date(2025, 2, 1))));
    assert_eq!(desktop.project, None);
    assert_eq!(said.teams.map(|teams| (teams.calls, teams.meetings)), Ok((3, 2)));
    assert_eq!(said.copilot, Err(Missing::Error), "nobody read that report");

    let odd = all.footprint("odd@contoso.com").mailbox.unwrap();
    assert_eq!((odd.archive, odd.purpose), (true, None), "what is not said is not taken for no");
    let stranger = all.footprint("stranger@contoso.com");
    assert_eq!((stranger.mailbox.err(), stranger.teams.err()), (Some(Missing::NotCovered), Some(Missing::NotCovered)));
    assert_eq!(stranger.desktop.unwrap().office, None, "who is not in the report installed nothing");
    assert_eq!(all.usage("info@contoso.com"), Usage::Unavailable(Missing::Error), "no report covers all services");

    // Ada has a licence; one drive is in use, one deleted; two hold three gigabytes.
    all.licensed("Ada@contoso.com");
    let drives = all.orphaned_drives(90).unwrap();
    assert_eq!((drives.count, drives.used_mib, drives.as_of), (2, 3 * 1024, date(2026, 11, 18)));
    all.failed(Report::OneDrive, Missing::Permission);
    assert_eq!(all.orphaned_drives(90), Err(Missing::Permission));
}
