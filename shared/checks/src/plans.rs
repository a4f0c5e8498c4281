//! What licence types contain, by service plan GUID: which plans bear value, which rung contains which, and whether one
//! licence type is contained in others.
//!
//! Plain sets of plans do not work: suites carry dozens of filler plans whose ids differ from suite to suite, so that
//! not even Microsoft 365 E5 would contain E3. So filler is dropped, and the rest compared with ladders. A plan that
//! is in neither table counts as value: an unknown plan then prevents a finding instead of making a false one.
//!
//! Source: Microsoft, "Product names and service plan identifiers for licensing", table of 29 July 2026, reviewed by
//! hand.

use std::collections::BTreeSet;

use model::{PlanId, SkuId};
use serde::{Deserialize, Serialize};

use crate::facts::Plan;

/// What a plan is good for, in words an owner knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// A mailbox.
    Mail,
    /// An archive mailbox.
    Archive,
    /// OneDrive and SharePoint.
    Files,
    /// Word, Excel and the other Office apps.
    Office,
    /// Teams.
    Teams,
    /// Teams Premium.
    TeamsPremium,
    /// Entra ID P1 or P2: sign-in rules.
    Identity,
    /// Intune: devices are managed.
    Devices,
    /// Defender for Office 365.
    MailProtection,
    /// Defender for Endpoint or for Business.
    DeviceProtection,
    /// Defender for Cloud Apps and for Identity.
    CloudProtection,
    /// Labels, encryption and data loss prevention.
    Information,
    /// Purview: retention, discovery, audit.
    Compliance,
    /// Windows Business or Enterprise.
    Windows,
    /// Power BI.
    PowerBi,
    /// Visio.
    Visio,
    /// Planner and Project.
    Project,
    /// A telephone line in Teams.
    Phone,
    /// Dial-in numbers for meetings.
    AudioMeetings,
    /// Microsoft 365 Copilot.
    Copilot,
    /// Power Apps and Power Automate.
    PowerPlatform,
    /// Microsoft Loop.
    Loop,
}

impl Feature {
    /// What somebody loses with it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Mail => "mailbox",
            Self::Archive => "mail archive",
            Self::Files => "OneDrive and SharePoint",
            Self::Office => "Office apps",
            Self::Teams => "Teams",
            Self::TeamsPremium => "Teams Premium",
            Self::Identity => "sign-in rules (Entra ID P1 or P2)",
            Self::Devices => "device management (Intune)",
            Self::MailProtection => "mail protection (Defender for Office 365)",
            Self::DeviceProtection => "device protection (Defender)",
            Self::CloudProtection => "app and identity protection (Defender)",
            Self::Information => "labels, encryption and data loss prevention",
            Self::Compliance => "retention, discovery and audit (Purview)",
            Self::Windows => "Windows upgrade rights",
            Self::PowerBi => "Power BI",
            Self::Visio => "Visio",
            Self::Project => "Planner and Project",
            Self::Phone => "telephone line in Teams",
            Self::AudioMeetings => "dial-in numbers for meetings",
            Self::Copilot => "Copilot",
            Self::PowerPlatform => "Power Apps and Power Automate",
            Self::Loop => "Loop",
        }
    }
}

/// What a value-bearing plan is good for; `None` for filler and for plans this version does not know.
pub fn feature(plan: PlanId) -> Option<Feature> {
    VALUE.iter().find(|row| row.0 == plan).map(|row| row.2)
}

/// The value-bearing plan of a name in Microsoft's table.
pub(crate) fn value_plan(name: &str) -> Option<PlanId> {
    VALUE.iter().find(|row| row.1 == name).map(|row| row.0)
}

/// Whether a plan bears value: all do but those known as filler.
pub fn bears_value(plan: PlanId) -> bool {
    !FILLER.iter().any(|row| row.0 == plan)
}

/// Whether a plan is a program to install on a computer, whose activations Microsoft reports.
pub fn needs_desktop(plan: PlanId) -> bool {
    DESKTOP.contains(&plan)
}

/// The value-bearing plans of one licence as a person has it, and all they contain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// Value-bearing plans that are on; sorted.
    value: Vec<PlanId>,
    /// The same with every lower rung of their ladders; sorted.
    raised: Vec<PlanId>,
    /// What `value` is good for, where known: looked up once, asked of everybody.
    features: BTreeSet<Feature>,
}

impl Content {
    /// Content of a licence type, without the plans turned off for a person and without plans of the whole directory.
    pub fn new(plans: &[Plan], disabled: &[PlanId]) -> Self {
        Self::of(plans.iter().filter(|plan| plan.for_users && !disabled.contains(&plan.id)).map(|plan| plan.id))
    }
    /// Content of a list of plans.
    pub fn of(plans: impl IntoIterator<Item = PlanId>) -> Self {
        let value: BTreeSet<PlanId> = plans.into_iter().filter(|plan| bears_value(*plan)).collect();
        let mut raised = value.clone();
        let mut rungs: Vec<PlanId> = value.iter().copied().collect();
        while let Some(rung) = rungs.pop() {
            for ladder in LADDERS {
                let below = ladder.iter().position(|step| *step == rung).unwrap_or(0);
                rungs.extend(ladder[..below].iter().filter(|step| raised.insert(**step)));
            }
        }
        let features = value.iter().filter_map(|plan| feature(*plan)).collect();
        Self { value: value.into_iter().collect(), raised: raised.into_iter().collect(), features }
    }
    /// The same, without the plans that `sku` lists but gives no right to.
    #[must_use]
    pub fn without_empty_rights(self, sku: SkuId) -> Self {
        let empty: Vec<PlanId> = NO_RIGHT.iter().filter(|row| row.0 == sku).map(|row| row.1).collect();
        if empty.is_empty() {
            return self;
        }
        Self::of(self.value.into_iter().filter(|plan| !empty.contains(plan)))
    }
    /// Whether nothing of value is in it.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
    /// Whether it contains `plan`, directly or as a lower rung.
    pub fn contains(&self, plan: PlanId) -> bool {
        self.raised.binary_search(&plan).is_ok()
    }
    /// The value-bearing plans of this that none of `others` contains, in order of id.
    pub fn missing_in<'a>(&'a self, others: &'a [&'a Content]) -> impl Iterator<Item = PlanId> + 'a {
        self.value.iter().copied().filter(|plan| !others.iter().any(|other| other.contains(*plan)))
    }
    /// Whether a part of it, or a rung above that, is in `other`.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.value.iter().any(|plan| other.contains(*plan))
    }
    /// Whether one of its value-bearing plans is good for this.
    pub fn has(&self, wanted: Feature) -> bool {
        self.features.contains(&wanted)
    }
    /// What its value-bearing plans are good for, where known.
    pub const fn features(&self) -> &BTreeSet<Feature> {
        &self.features
    }
}

/// Whether a licence type this version has no product for reads as a suite: it bundles two or more of mail, files,
/// Office apps and Teams. An add-on has one of them at most.
pub fn reads_as_suite(content: &Content) -> bool {
    let core = [Feature::Mail, Feature::Files, Feature::Office, Feature::Teams];
    content.features().iter().filter(|feature| core.contains(feature)).count() > 1
}

const fn plan(id: &str) -> PlanId {
    PlanId::literal(id)
}

const fn sku(id: &str) -> SkuId {
    SkuId::literal(id)
}

/// Plans a licence type lists without the right to use them: these list an Exchange kiosk plan and are said to give no
/// mailbox. Not verified, so they are taken not to: a kiosk licence beside one is then no duplicate.
const NO_RIGHT: &[(SkuId, PlanId)] = &[
    (sku("44575883-256e-4a79-9da4-ebe9acabe2b2"), EXCHANGE_KIOSK), // Microsoft 365 F1
    (sku("50f60901-3181-4b75-8a2c-4c8e4c1d5a72"), EXCHANGE_KIOSK), // Microsoft 365 F1
    (sku("3ab6abff-666f-4424-bfb7-f0bc274ec7bc"), EXCHANGE_KIOSK), // Teams Essentials
    (sku("7e31c0d9-9551-471d-836f-32ee72be4a01"), EXCHANGE_KIOSK), // Teams Enterprise
];

const EXCHANGE_KIOSK: PlanId = plan("4a82b400-a79f-41a4-b4e2-e94f5787b113");
const EXCHANGE_1: PlanId = plan("9aaf7827-d63c-4b61-89c3-182f06f82e5c");
pub(crate) const EXCHANGE_2: PlanId = plan("efb87545-963c-4e0d-99df-69c6916d9eb0");
const ARCHIVE: PlanId = plan("176a09a6-7ec5-4039-ac02-b2791c6ba793");
const MAIL_DLP: PlanId = plan("9bec7e34-c9fa-40b7-a9d1-bd6d1165c7ed");
const SHAREPOINT_KIOSK: PlanId = plan("902b47e5-dcb2-4fdc-858b-c63a90a2bdb9");
const SHAREPOINT_1: PlanId = plan("c7699d2e-19aa-44de-8edf-1736da088ca1");
const SHAREPOINT_2: PlanId = plan("5dbe027f-2339-4123-9542-606e4d348a72");
const ONEDRIVE_BASIC: PlanId = plan("da792a53-cbc0-4184-a10d-e544dd34b3c1");
const ONEDRIVE_BASIC_2: PlanId = plan("4495894f-534f-41ca-9d3b-0ebf1220a423");
const ONEDRIVE_1: PlanId = plan("13696edf-5a08-49f6-8134-03083ed8ba30");
const ONEDRIVE_2: PlanId = plan("afcafa6a-d966-4462-918c-ec0b4e0fe642");
const OFFICE_MOBILE: PlanId = plan("c63d4d19-e8cb-460e-b37c-4d6c34603745");
const OFFICE_BUSINESS: PlanId = plan("094e7854-93fc-4d55-b2c0-3ab5369ebdc1");
const OFFICE_ENTERPRISE: PlanId = plan("43de0ff5-c92c-492b-9116-175376d08c38");
const OFFICE_SHARED_COMPUTER: PlanId = plan("276d6e8a-f056-4f70-b7e8-4fc27f79f809");
const ENTRA_SMALL: PlanId = plan("de377cbc-0019-4ec2-b77c-3f223947e102");
const INTUNE_SMALL: PlanId = plan("8e9ff0ff-aa7a-4b20-83c1-2f636b600ac2");
const INTUNE_1: PlanId = plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5");
pub(crate) const ENTRA_P1: PlanId = plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d");
pub(crate) const ENTRA_P2: PlanId = plan("eec0eb4f-6444-4f95-aba0-50c24d67f998");
const MAIL_PROTECTION_1: PlanId = plan("f20fedf3-f3c3-43c3-8267-2bfdd51c0939");
const MAIL_PROTECTION_2: PlanId = plan("8e0c0a52-6a6c-4d40-8370-dd62790dcd70");
const ENDPOINT_1: PlanId = plan("292cc034-7b7c-4950-aaf5-943befd3f1d4");
const ENDPOINT_BUSINESS: PlanId = plan("bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4");
const ENDPOINT_2: PlanId = plan("871d91ec-ec1a-452b-a83f-bd76c7d770ef");
const POWER_BI_PRO: PlanId = plan("70d33638-9c74-4d01-bfd3-562de28bd4ba");
const POWER_BI_PREMIUM: PlanId = plan("0bf3c642-7bb5-4ccc-884e-59d09df0266c");
const VISIO_WEB: PlanId = plan("2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f");
pub(crate) const VISIO_DESKTOP: PlanId = plan("663a804f-1c30-4ff0-9915-9db84f0d1cea");
pub(crate) const PROJECT_DESKTOP: PlanId = plan("fafd7243-e5c1-4a3a-9e40-495efcb1d3c3");
const RIGHTS_BASE: PlanId = plan("bea4c11e-220a-4e6d-8eb8-8ea15d019f90");
const RIGHTS_1: PlanId = plan("6c57d4b6-3b23-47a5-9bc9-69f17b4947b3");
const RIGHTS_2: PlanId = plan("5689bec4-755d-4753-8b61-40975025187c");
const PROJECT_ESSENTIALS: PlanId = plan("1259157c-8581-4875-bca7-2ffb18c51bda");
const PROJECT_1: PlanId = plan("4a12c688-56c6-461a-87b1-30d6f32136f9");
const PROJECT_3: PlanId = plan("818523f5-016b-4355-9be8-ed6944946ea7");

/// Programs to install: Office, Visio, Project.
const DESKTOP: &[PlanId] = &[OFFICE_BUSINESS, OFFICE_ENTERPRISE, VISIO_DESKTOP, PROJECT_DESKTOP];

/// Ladders, low to high: who has a rung has those below it.
///
/// WINBIZ below WIN10_PRO_ENT_SUB and MCOIMP below MCOSTANDARD look right and are not verified, so they are not here.
const LADDERS: &[&[PlanId]] = &[
    &[EXCHANGE_KIOSK, EXCHANGE_1, EXCHANGE_2],
    &[ARCHIVE, EXCHANGE_2],
    &[MAIL_DLP, EXCHANGE_2],
    &[SHAREPOINT_KIOSK, SHAREPOINT_1, SHAREPOINT_2],
    &[ONEDRIVE_BASIC, ONEDRIVE_BASIC_2, ONEDRIVE_1, ONEDRIVE_2, SHAREPOINT_2],
    &[ONEDRIVE_1, SHAREPOINT_1],
    &[OFFICE_MOBILE, OFFICE_BUSINESS, OFFICE_ENTERPRISE],
    // Shared computer activation is a right of Apps for enterprise; Business Premium lists it as a plan of its own.
    &[OFFICE_SHARED_COMPUTER, OFFICE_ENTERPRISE],
    // The small-business variants Business Premium lists beside the full plans.
    &[ENTRA_SMALL, ENTRA_P1, ENTRA_P2],
    &[INTUNE_SMALL, INTUNE_1],
    &[MAIL_PROTECTION_1, MAIL_PROTECTION_2],
    &[ENDPOINT_1, ENDPOINT_BUSINESS, ENDPOINT_2],
    &[POWER_BI_PRO, POWER_BI_PREMIUM],
    &[VISIO_WEB, VISIO_DESKTOP],
    &[RIGHTS_BASE, RIGHTS_1, RIGHTS_2],
    // By product, not by id: Planner and Project Plan 3 does all of Planner Plan 1 under plans of other names.
    &[PROJECT_ESSENTIALS, PROJECT_1, PROJECT_3],
];

/// Every plan the ladders, the value table and the filler table name, with the name they give it, for tests against
/// Microsoft's table.
pub fn named_plans() -> impl Iterator<Item = (PlanId, &'static str)> {
    VALUE.iter().map(|row| (row.0, row.1)).chain(FILLER.iter().copied())
}

/// Plans worth paying for.
#[rustfmt::skip]
const VALUE: &[(PlanId, &str, Feature)] = &[
    (plan("4a82b400-a79f-41a4-b4e2-e94f5787b113"), "EXCHANGE_S_DESKLESS", Feature::Mail),
    (plan("efb87545-963c-4e0d-99df-69c6916d9eb0"), "EXCHANGE_S_ENTERPRISE", Feature::Mail),
    (plan("9aaf7827-d63c-4b61-89c3-182f06f82e5c"), "EXCHANGE_S_STANDARD", Feature::Mail),
    (plan("176a09a6-7ec5-4039-ac02-b2791c6ba793"), "EXCHANGE_S_ARCHIVE_ADDON", Feature::Archive),
    (plan("afcafa6a-d966-4462-918c-ec0b4e0fe642"), "ONEDRIVEENTERPRISE", Feature::Files),
    (plan("13696edf-5a08-49f6-8134-03083ed8ba30"), "ONEDRIVESTANDARD", Feature::Files),
    (plan("da792a53-cbc0-4184-a10d-e544dd34b3c1"), "ONEDRIVE_BASIC", Feature::Files),
    (plan("4495894f-534f-41ca-9d3b-0ebf1220a423"), "ONEDRIVE_BASIC_P2", Feature::Files),
    (plan("902b47e5-dcb2-4fdc-858b-c63a90a2bdb9"), "SHAREPOINTDESKLESS", Feature::Files),
    (plan("5dbe027f-2339-4123-9542-606e4d348a72"), "SHAREPOINTENTERPRISE", Feature::Files),
    (plan("c7699d2e-19aa-44de-8edf-1736da088ca1"), "SHAREPOINTSTANDARD", Feature::Files),
    (plan("c63d4d19-e8cb-460e-b37c-4d6c34603745"), "OFFICEMOBILE_SUBSCRIPTION", Feature::Office),
    (plan("43de0ff5-c92c-492b-9116-175376d08c38"), "OFFICESUBSCRIPTION", Feature::Office),
    (plan("094e7854-93fc-4d55-b2c0-3ab5369ebdc1"), "OFFICE_BUSINESS", Feature::Office),
    (plan("276d6e8a-f056-4f70-b7e8-4fc27f79f809"), "OFFICE_SHARED_COMPUTER_ACTIVATION", Feature::Office),
    (plan("afc06cb0-b4f4-4473-8286-d644f70d8faf"), "MCOIMP", Feature::Teams),
    (plan("0feaeb32-d00e-4d66-bd5a-43b5b83db82c"), "MCOSTANDARD", Feature::Teams),
    (plan("57ff2da0-773e-42df-b2af-ffb7a2317929"), "TEAMS1", Feature::Teams),
    (plan("711413d0-b36e-4cd4-93db-0a50a4ab7ea3"), "MCO_VIRTUAL_APPT", Feature::TeamsPremium),
    (plan("cc8c0802-a325-43df-8cba-995d0c6cb373"), "TEAMSPRO_CUST", Feature::TeamsPremium),
    (plan("0504111f-feb8-4a3c-992a-70280f9a2869"), "TEAMSPRO_MGMT", Feature::TeamsPremium),
    (plan("f8b44f54-18bb-46a3-9658-44ab58712968"), "TEAMSPRO_PROTECTION", Feature::TeamsPremium),
    (plan("9104f592-f2a7-4f77-904c-ca5a5715883f"), "TEAMSPRO_VIRTUALAPPT", Feature::TeamsPremium),
    (plan("78b58230-ec7e-4309-913c-93a45cc4735b"), "TEAMSPRO_WEBINAR", Feature::TeamsPremium),
    (plan("de377cbc-0019-4ec2-b77c-3f223947e102"), "AAD_SMB", Feature::Identity),
    (plan("8e9ff0ff-aa7a-4b20-83c1-2f636b600ac2"), "INTUNE_SMBIZ", Feature::Devices),
    (plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d"), "AAD_PREMIUM", Feature::Identity),
    (plan("eec0eb4f-6444-4f95-aba0-50c24d67f998"), "AAD_PREMIUM_P2", Feature::Identity),
    (plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5"), "INTUNE_A", Feature::Devices),
    (plan("d9923fe3-a2de-4d29-a5be-e3e83bb786be"), "INTUNE_P2", Feature::Devices),
    (plan("bb73f429-78ef-4ff2-83c8-722b04c3e7d1"), "Intune-EPM", Feature::Devices),
    (plan("a6e407da-7411-4397-8a2e-d9b52780849e"), "Intune-MAMTunnel", Feature::Devices),
    (plan("2a4baa0e-5e99-4c38-b1f2-6864960f1bd1"), "Intune_AdvancedEA", Feature::Devices),
    (plan("a4c6cf29-1168-4076-ba5c-e8fe0e62b17e"), "REMOTE_HELP", Feature::Devices),
    (plan("f20fedf3-f3c3-43c3-8267-2bfdd51c0939"), "ATP_ENTERPRISE", Feature::MailProtection),
    (plan("bf6f5520-59e3-4f82-974b-7dbbc4fd27c7"), "SAFEDOCS", Feature::MailProtection),
    (plan("8e0c0a52-6a6c-4d40-8370-dd62790dcd70"), "THREAT_INTELLIGENCE", Feature::MailProtection),
    (plan("292cc034-7b7c-4950-aaf5-943befd3f1d4"), "MDE_LITE", Feature::DeviceProtection),
    (plan("bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4"), "MDE_SMB", Feature::DeviceProtection),
    (plan("bf28f719-7844-4079-9c78-c1307898e192"), "MTP", Feature::DeviceProtection),
    (plan("871d91ec-ec1a-452b-a83f-bd76c7d770ef"), "WINDEFATP", Feature::DeviceProtection),
    (plan("8c098270-9dd4-4350-9b30-ba4703f3b36b"), "ADALLOM_S_O365", Feature::CloudProtection),
    (plan("2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2"), "ADALLOM_S_STANDALONE", Feature::CloudProtection),
    (plan("14ab5db5-e6c4-4b20-b4bc-13e36fd2227f"), "ATA", Feature::CloudProtection),
    (plan("9bec7e34-c9fa-40b7-a9d1-bd6d1165c7ed"), "BPOS_S_DlpAddOn", Feature::Information),
    (plan("6dc145d6-95dd-4191-b9c3-185575ee6f6b"), "COMMUNICATIONS_DLP", Feature::Information),
    (plan("2b815d45-56e4-4e3a-b65c-66cb9175b560"), "ContentExplorer_Standard", Feature::Information),
    (plan("d9fa6af4-e046-4c89-9226-729a0786685d"), "Content_Explorer", Feature::Information),
    (plan("64bfac92-2b17-4482-b5e5-a0304429de3e"), "MICROSOFTENDPOINTDLP", Feature::Information),
    (plan("5136a095-5cf0-4aff-bec3-e84448b38ea5"), "MIP_S_CLP1", Feature::Information),
    (plan("efb0351d-3b08-4503-993d-383af8de41e3"), "MIP_S_CLP2", Feature::Information),
    (plan("cd31b152-6326-4d1b-ae1b-997b625182e6"), "MIP_S_Exchange", Feature::Information),
    (plan("617b097b-4b93-4ede-83de-5f075bb5fb2f"), "PREMIUM_ENCRYPTION", Feature::Information),
    (plan("bea4c11e-220a-4e6d-8eb8-8ea15d019f90"), "RMS_S_ENTERPRISE", Feature::Information),
    (plan("6c57d4b6-3b23-47a5-9bc9-69f17b4947b3"), "RMS_S_PREMIUM", Feature::Information),
    (plan("5689bec4-755d-4753-8b61-40975025187c"), "RMS_S_PREMIUM2", Feature::Information),
    (plan("6db1f1db-2b46-403f-be40-e39395f08dbb"), "CUSTOMER_KEY", Feature::Compliance),
    (plan("3ec18638-bd4c-4d3b-8905-479ed636b83e"), "CustomerLockboxA_Enterprise", Feature::Compliance),
    (plan("4de31727-a228-4ec3-a5bf-8e45b5ca48cc"), "EQUIVIO_ANALYTICS", Feature::Compliance),
    (plan("c4801e8a-cb58-4c35-aca6-f2dcc106f287"), "INFORMATION_BARRIERS", Feature::Compliance),
    (plan("e26c2fcc-ab91-4a61-b35c-03cdc8dddf66"), "INFO_GOVERNANCE", Feature::Compliance),
    (plan("d587c7a3-bda9-4f99-8776-9bcf59c84f75"), "INSIDER_RISK", Feature::Compliance),
    (plan("9d0c4ee5-e4a1-4625-ab39-d82b619b1a34"), "INSIDER_RISK_MANAGEMENT", Feature::Compliance),
    (plan("004ddfc0-c92f-4b0a-90c5-c60646299d71"), "INSIDER_RISK_MANAGEMENT_FOR_AGENTS", Feature::Compliance),
    (plan("9f431833-0334-42de-a7dc-70aa40db46db"), "LOCKBOX_ENTERPRISE", Feature::Compliance),
    (plan("2f442157-a11c-46b9-ae5b-6e39ff4e5849"), "M365_ADVANCED_AUDITING", Feature::Compliance),
    (plan("a413a9ff-720c-4822-98ef-2f37c2a21f4c"), "MICROSOFT_COMMUNICATION_COMPLIANCE", Feature::Compliance),
    (plan("d2d51368-76c9-4317-ada2-a12c004c432f"), "ML_CLASSIFICATION", Feature::Compliance),
    (plan("b1188c4c-1b36-4018-b48b-ee07604f6feb"), "PAM_ENTERPRISE", Feature::Compliance),
    (plan("c948ea65-2053-4a5a-8a62-9eaaaf11b522"), "PURVIEW_DISCOVERY", Feature::Compliance),
    (plan("65cc641f-cccd-4643-97e0-a17e3045e541"), "RECORDS_MANAGEMENT", Feature::Compliance),
    (plan("e041597c-9c7f-4ed9-99b0-2663301576f7"), "WIN10_ENT_LOC_F1", Feature::Windows),
    (plan("21b439ba-a0ca-424f-a6cc-52f954a5b111"), "WIN10_PRO_ENT_SUB", Feature::Windows),
    (plan("8e229017-d77b-43d5-9305-903395523b99"), "WINBIZ", Feature::Windows),
    (plan("9a6eeb79-0b4b-4bf0-9808-39d99a2cd5a3"), "Windows_Autopatch", Feature::Windows),
    (plan("70d33638-9c74-4d01-bfd3-562de28bd4ba"), "BI_AZURE_P2", Feature::PowerBi),
    (plan("0bf3c642-7bb5-4ccc-884e-59d09df0266c"), "BI_AZURE_P3", Feature::PowerBi),
    (plan("2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f"), "VISIOONLINE", Feature::Visio),
    (plan("663a804f-1c30-4ff0-9915-9db84f0d1cea"), "VISIO_CLIENT_SUBSCRIPTION", Feature::Visio),
    (plan("fafd7243-e5c1-4a3a-9e40-495efcb1d3c3"), "PROJECT_CLIENT_SUBSCRIPTION", Feature::Project),
    (plan("1259157c-8581-4875-bca7-2ffb18c51bda"), "PROJECT_ESSENTIALS", Feature::Project),
    (plan("4a12c688-56c6-461a-87b1-30d6f32136f9"), "PROJECT_P1", Feature::Project),
    (plan("818523f5-016b-4355-9be8-ed6944946ea7"), "PROJECT_PROFESSIONAL", Feature::Project),
    (plan("fe71d6c3-a2ea-4499-9778-da042bf08063"), "SHAREPOINT_PROJECT", Feature::Project),
    (plan("4828c8ec-dc2e-4779-b502-87ac9ce28ab7"), "MCOEV", Feature::Phone),
    (plan("3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40"), "MCOMEETADV", Feature::AudioMeetings),
    (plan("82d30987-df9b-4486-b146-198b21d164c7"), "GRAPH_CONNECTORS_COPILOT", Feature::Copilot),
    (plan("a62f8878-de10-42f3-b68f-6149a25ceb97"), "M365_COPILOT_APPS", Feature::Copilot),
    (plan("3f30311c-6b1e-48a4-ab79-725b469da960"), "M365_COPILOT_BUSINESS_CHAT", Feature::Copilot),
    (plan("89f1c4c8-0878-40f7-804d-869c9128ab5d"), "M365_COPILOT_CONNECTORS", Feature::Copilot),
    (plan("931e4a88-a67f-48b5-814f-16a5f1e6028d"), "M365_COPILOT_INTELLIGENT_SEARCH", Feature::Copilot),
    (plan("0aedf20c-091d-420b-aadf-30c042609612"), "M365_COPILOT_SHAREPOINT", Feature::Copilot),
    (plan("b95945de-b3bd-46db-8437-f2beb6ea2347"), "M365_COPILOT_TEAMS", Feature::Copilot),
    (plan("c5002c70-f725-4367-b409-f0eff4fee6c0"), "FLOW_PER_USER", Feature::PowerPlatform),
    (plan("dc789ed8-0170-4b65-a415-eb77d5bb350a"), "Flow_PowerApps_PerUser", Feature::PowerPlatform),
    (plan("ea2cf03b-ac60-46ae-9c1d-eeaeb63cec86"), "POWERAPPS_PER_USER", Feature::PowerPlatform),
    (plan("c4b8c31a-fb44-4c65-9837-a21f55fcabda"), "MICROSOFT_LOOP", Feature::Loop),
];

/// Plans every suite carries in its own variant; nobody buys a licence for them.
#[rustfmt::skip]
const FILLER: &[(PlanId, &str)] = &[
    (plan("932ad362-64a8-4783-9106-97849a1a30b9"), "ADALLOM_S_DISCOVERY"),
    (plan("5e62787c-c316-451f-b873-1d05acd4d12c"), "BPOS_S_TODO_1"),
    (plan("c87f142c-d1e9-4363-8630-aaea9c4d9ae5"), "BPOS_S_TODO_2"),
    (plan("3fb82609-8c27-4f7b-bd51-30634711ee67"), "BPOS_S_TODO_3"),
    (plan("80873e7a-cd2a-4e67-b061-1b5381a676a5"), "BPOS_S_TODO_FIRSTLINE"),
    (plan("0d0c0d31-fae7-41f2-b909-eaf4d7f26dba"), "Bing_Chat_Enterprise"),
    (plan("a1ace008-72f3-4ea0-8dac-33b3a23a2472"), "CLIPCHAMP"),
    (plan("90db65a7-bf11-4904-a79f-ef657605145b"), "CDS_O365_F1"),
    (plan("bed136c6-b799-4462-824d-fc045d3a9d25"), "CDS_O365_P1"),
    (plan("95b76021-6a53-4741-ab8b-1d1f3d66a95a"), "CDS_O365_P2"),
    (plan("afa73018-811e-46e9-988f-f75d2b1b8430"), "CDS_O365_P3"),
    (plan("41fcdd7d-4733-4863-9cf4-c65b83ce2df4"), "COMMUNICATIONS_COMPLIANCE"),
    (plan("46129a58-a698-46f0-aa5b-17f6586297d9"), "DATA_INVESTIGATIONS"),
    (plan("39b5c996-467e-4e60-bd62-46066f572726"), "DYN365BC_MS_INVOICING"),
    (plan("a6f677b3-62a6-4644-93e7-2a85d240845e"), "DYN365_CDS_FOR_PROJECT_P1"),
    (plan("ca6e61ec-d4f4-41eb-8b88-d96e0e14323f"), "DYN365_CDS_O365_F1"),
    (plan("40b010bb-0b69-4654-ac5e-ba161433f4b4"), "DYN365_CDS_O365_P1"),
    (plan("4ff01e01-1ba7-4d71-8cf8-ce96c3bbcf14"), "DYN365_CDS_O365_P2"),
    (plan("28b0fa46-c39a-4188-89e2-58e979a6b014"), "DYN365_CDS_O365_P3"),
    (plan("6ea4c1ef-c259-46df-bce2-943342cd3cb2"), "DYN365_CDS_P2"),
    (plan("50554c47-71d9-49fd-bc54-42a2765c555c"), "DYN365_CDS_PROJECT"),
    (plan("8c7d2df8-86f0-4902-b2ed-a0458298f3b3"), "Deskless"),
    (plan("113feb6c-3fe4-4440-bddc-54d774bf0318"), "EXCHANGE_S_FOUNDATION"),
    (plan("0f9b09cb-62d1-4ff4-9129-43f4996f83f4"), "FLOW_O365_P1"),
    (plan("76846ad7-7776-4c40-a281-a386362dd1b9"), "FLOW_O365_P2"),
    (plan("07699545-9485-468e-95b6-2fca3738be01"), "FLOW_O365_P3"),
    (plan("bd91b1a4-9f94-4ecf-b45b-3a65e5c8128a"), "FLOW_O365_S1"),
    (plan("159f4cd6-e380-449f-a816-af1a9ef76344"), "FORMS_PLAN_E1"),
    (plan("2789c901-c14e-48ab-a76a-be334d9d793a"), "FORMS_PLAN_E3"),
    (plan("e212cbc7-0961-4c40-9825-01117710dcb1"), "FORMS_PLAN_E5"),
    (plan("f07046bd-2a3c-4b96-b0be-dea79d7cbfb8"), "FORMS_PLAN_K"),
    (plan("882e1d05-acd1-4ccb-8708-6ee03664b117"), "INTUNE_O365"),
    (plan("1689aade-3d6a-4bfc-b017-46d2672df5ad"), "Intune_Defender"),
    (plan("73b2a583-6a59-42e3-8e83-54db46bc3278"), "KAIZALA_O365_P1"),
    (plan("54fc630f-5a40-48ee-8965-af0503c1386e"), "KAIZALA_O365_P2"),
    (plan("aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1"), "KAIZALA_O365_P3"),
    (plan("0898bdbb-73b0-471a-81e5-20f1fe4dd66e"), "KAIZALA_STANDALONE"),
    (plan("6f23d6a9-adbf-481c-8538-b4c095654487"), "M365_LIGHTHOUSE_CUSTOMER_PLAN1"),
    (plan("d55411c9-cfff-40a9-87c7-240f14df7da5"), "M365_LIGHTHOUSE_PARTNER_PLAN1"),
    (plan("3efbd4ed-8958-4824-8389-1321f8730af8"), "MESH_AVATARS_ADDITIONAL_FOR_TEAMS"),
    (plan("dcf9d2f4-772e-4434-b757-77a453cfbc02"), "MESH_AVATARS_FOR_TEAMS"),
    (plan("acbca54f-c771-423b-a476-6d7a98cbbcec"), "MESH_IMMERSIVE"),
    (plan("f0ff6ac6-297d-49cd-be34-6dfef97f0c28"), "MESH_IMMERSIVE_FOR_TEAMS"),
    (plan("8a256a2b-b617-496d-b51b-e76466e88db0"), "MFA_PREMIUM"),
    (plan("199a5c09-e0ca-4e37-8f7c-b05d533e1ea2"), "MICROSOFTBOOKINGS"),
    (plan("94065c59-bc8e-4e8b-89e5-5138d471eaff"), "MICROSOFT_SEARCH"),
    (plan("33c4f319-9bdd-48d6-9c4d-410b750a4a5a"), "MYANALYTICS_P2"),
    (plan("db4d623d-b514-490b-b7ef-8885eee514de"), "Nucleus"),
    (plan("5bfe124c-bbdc-4494-8835-f1297d457d79"), "O365_SB_Relationship_Management"),
    (plan("92f7a6f3-b89b-4bbd-8c30-809e6da5ad1c"), "POWERAPPS_O365_P1"),
    (plan("c68f8d98-5534-41c8-bf36-22fa496fa792"), "POWERAPPS_O365_P2"),
    (plan("9c0dab89-a30c-4117-86e7-97bda240acd2"), "POWERAPPS_O365_P3"),
    (plan("e0287f9f-e222-4f98-9a83-f379e249159a"), "POWERAPPS_O365_S1"),
    (plan("ba2fdb48-290b-4632-b46a-e4ecc58ac11a"), "POWER_VIRTUAL_AGENTS_O365_F1"),
    (plan("0683001c-0492-4d59-9515-d9a6426b5813"), "POWER_VIRTUAL_AGENTS_O365_P1"),
    (plan("041fe683-03e4-45b6-b1af-c0cdc516daee"), "POWER_VIRTUAL_AGENTS_O365_P2"),
    (plan("ded3d325-1bdc-453e-8432-5bac26d7a014"), "POWER_VIRTUAL_AGENTS_O365_P3"),
    (plan("7f6f28c2-34bb-4d4b-be36-48ca2e77e1ec"), "PROJECT_O365_F3"),
    (plan("a55dfd10-0864-46d9-a3cd-da5991a3e0e2"), "PROJECT_O365_P1"),
    (plan("31b4e2fc-4cd6-4e7d-9c1b-41407303bd66"), "PROJECT_O365_P2"),
    (plan("b21a6b06-1988-436e-a07b-51ec6d9f52ad"), "PROJECT_O365_P3"),
    (plan("00283e6b-2bd8-440f-a2d5-87358e4c89a1"), "Power_Automate_For_Project_P1"),
    (plan("31cf2cfc-6b0d-4adc-a336-88b724ed8122"), "RMS_S_BASIC"),
    (plan("e95bec33-7c88-4a70-8e19-b10bd9d0c014"), "SHAREPOINTWAC"),
    (plan("743dd19e-1ce3-4c62-a3ad-49ba8f63a2f6"), "STREAM_O365_E1"),
    (plan("9e700747-8b1d-45e5-ab8d-ef187ceec156"), "STREAM_O365_E3"),
    (plan("6c6042f5-6f01-4d67-b8c1-eb99d36eed3e"), "STREAM_O365_E5"),
    (plan("3ffba0d2-38e5-4d5e-8ec0-98f2b05c09d9"), "STREAM_O365_K"),
    (plan("3c53ea51-d578-46fa-a4c0-fd0a92809a60"), "STREAM_O365_SMB"),
    (plan("a23b959c-7ce8-4e57-9140-b90eb88a9e97"), "SWAY"),
    (plan("a82fbf69-b4d7-49f4-83a6-915b2cf354f4"), "VIVAENGAGE_CORE"),
    (plan("b76fb638-6ba6-402a-b9f9-83d28acb3d86"), "VIVA_LEARNING_SEEDED"),
    (plan("36b29273-c6d0-477a-aca6-6fbe24f538e3"), "WHITEBOARD_FIRSTLINE1"),
    (plan("b8afc642-032e-4de5-8c0a-507a7bba7e5d"), "WHITEBOARD_PLAN1"),
    (plan("94a54592-cd8b-425e-87c6-97868b000b91"), "WHITEBOARD_PLAN2"),
    (plan("4a51bca5-1eff-43f5-878c-177680f191af"), "WHITEBOARD_PLAN3"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_plan_is_both_value_and_filler_and_every_rung_is_value() {
        let mut seen = BTreeSet::new();
        assert!(named_plans().all(|(id, _)| seen.insert(id)), "a plan is listed twice");
        for rung in LADDERS.iter().flat_map(|ladder| ladder.iter()) {
            assert!(feature(*rung).is_some(), "{rung} is a rung without a feature");
        }
    }

    #[test]
    fn an_unknown_plan_counts_as_value() {
        let unknown = plan("00000000-0000-0000-0000-0000000000ff");
        let suite = Content::of([EXCHANGE_2]);
        let add_on = Content::of([EXCHANGE_1, unknown]);
        assert_eq!(add_on.missing_in(&[&suite]).collect::<Vec<_>>(), [unknown]);
    }

    #[test]
    fn an_upgrade_is_not_contained_and_rungs_are_climbed_through() {
        let premium = Content::of([EXCHANGE_1, ARCHIVE]);
        let plan_2 = Content::of([EXCHANGE_2]);
        assert_eq!(plan_2.missing_in(&[&premium]).count(), 1);
        assert_eq!(premium.missing_in(&[&plan_2]).count(), 0);
        assert!(Content::of([SHAREPOINT_1]).contains(ONEDRIVE_BASIC));
    }

    #[test]
    fn a_listed_plan_without_a_right_is_no_mailbox() {
        let f1 = sku("44575883-256e-4a79-9da4-ebe9acabe2b2");
        assert!(!Content::of([EXCHANGE_KIOSK]).without_empty_rights(f1).contains(EXCHANGE_KIOSK));
    }
}
