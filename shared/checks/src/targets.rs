//! What is in licence types a check may propose instead of others: a directory that owns none of them does not say.
//!
//! Source: Microsoft, "Product names and service plan identifiers for licensing", table of 29 July 2026; filler is left
//! out.

use model::{PlanId, SkuId};

use crate::plans::{Content, value_plan};

/// What is in a licence type that can be proposed; `None` for every other.
pub fn content(sku: SkuId) -> Option<Content> {
    let (_, names) = TARGETS.iter().find(|target| target.0 == sku)?;
    let unlisted = |name: &str| UNLISTED.iter().find(|row| row.1 == name).map(|row| row.0);
    Some(Content::of(names.iter().filter_map(|name| value_plan(name).or_else(|| unlisted(name)))))
}

/// Licence types that can be proposed to a directory that owns none of them.
pub fn proposable() -> impl Iterator<Item = SkuId> {
    TARGETS.iter().map(|target| target.0)
}

const fn sku(id: &str) -> SkuId {
    SkuId::literal(id)
}

const fn plan(id: &str) -> PlanId {
    PlanId::literal(id)
}

/// By the names of plans.
#[rustfmt::skip]
const TARGETS: &[(SkuId, &[&str])] = &[
    // Microsoft 365 Business Basic
    (sku("3b555118-da6a-4418-894f-7df1e2096870"), &[
        "EXCHANGE_S_STANDARD", "MCOSTANDARD", "OFFICEMOBILE_SUBSCRIPTION", "PROJECTWORKMANAGEMENT",
        "SHAREPOINTSTANDARD", "TEAMS1", "YAMMER_ENTERPRISE",
    ]),
    // Microsoft 365 Business Standard
    (sku("f245ecc8-75af-4f8e-b61f-27d8114de5f3"), &[
        "EXCHANGE_S_STANDARD", "MCOSTANDARD", "MICROSOFT_LOOP", "OFFICE_BUSINESS", "PROJECTWORKMANAGEMENT",
        "SHAREPOINTSTANDARD", "TEAMS1", "YAMMER_ENTERPRISE",
    ]),
    // Microsoft 365 Business Premium
    (sku("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"), &[
        "AAD_PREMIUM", "AAD_SMB", "ATP_ENTERPRISE", "BPOS_S_DlpAddOn", "EXCHANGE_S_ARCHIVE_ADDON",
        "EXCHANGE_S_STANDARD", "INTUNE_A", "INTUNE_SMBIZ", "MCOSTANDARD", "MDE_SMB", "MICROSOFT_LOOP",
        "OFFICE_BUSINESS", "OFFICE_SHARED_COMPUTER_ACTIVATION", "PROJECTWORKMANAGEMENT", "PURVIEW_DISCOVERY",
        "RMS_S_ENTERPRISE", "RMS_S_PREMIUM", "SHAREPOINTSTANDARD", "TEAMS1", "UNIVERSAL_PRINT_01", "WINBIZ",
        "WINDOWSUPDATEFORBUSINESS_DEPLOYMENTSERVICE", "YAMMER_ENTERPRISE",
    ]),
    // Office 365 E1
    (sku("18181a46-0d4e-45cd-891e-60aabd171b4e"), &[
        "EXCHANGE_S_STANDARD", "MCOSTANDARD", "OFFICEMOBILE_SUBSCRIPTION", "PROJECTWORKMANAGEMENT",
        "SHAREPOINTSTANDARD", "TEAMS1", "YAMMER_ENTERPRISE",
    ]),
    // Microsoft 365 E3
    (sku("05e9a617-0261-4cee-bb44-138d3ef5d965"), &[
        "AAD_PREMIUM", "ATP_ENTERPRISE", "ContentExplorer_Standard", "EXCHANGE_S_ENTERPRISE",
        "GRAPH_CONNECTORS_SEARCH_INDEX", "INTUNE_A", "MCOSTANDARD", "MDE_LITE", "MICROSOFT_LOOP", "MIP_S_CLP1",
        "OFFICESUBSCRIPTION", "PROJECTWORKMANAGEMENT", "RMS_S_ENTERPRISE", "RMS_S_PREMIUM", "SHAREPOINTENTERPRISE",
        "TEAMS1", "UNIVERSAL_PRINT_01", "WIN10_PRO_ENT_SUB", "WINDOWSUPDATEFORBUSINESS_DEPLOYMENTSERVICE",
        "Windows_Autopatch", "YAMMER_ENTERPRISE",
    ]),
    // Microsoft 365 F3
    (sku("66b55226-6b4f-492c-910c-a3b7a3c9d993"), &[
        "AAD_PREMIUM", "EXCHANGE_S_DESKLESS", "INTUNE_A", "MCOIMP", "OFFICEMOBILE_SUBSCRIPTION",
        "PROJECTWORKMANAGEMENT", "RMS_S_ENTERPRISE", "RMS_S_PREMIUM", "SHAREPOINTDESKLESS", "TEAMS1",
        "UNIVERSAL_PRINT_01", "WIN10_ENT_LOC_F1", "WINDOWSUPDATEFORBUSINESS_DEPLOYMENTSERVICE",
        "Windows_Autopatch", "YAMMER_ENTERPRISE",
    ]),
    // Exchange Online Plan 1
    (sku("4b9405b0-7788-4568-add1-99614e613b69"), &[
        "EXCHANGE_S_STANDARD",
    ]),
    // Exchange Online Plan 2
    (sku("19ec0d23-8335-4cbd-94ac-6050e30712fa"), &[
        "EXCHANGE_S_ENTERPRISE",
    ]),
    // Microsoft Entra ID P1
    (sku("078d2b04-f1bd-4111-bbd4-b4b1b354cef4"), &[
        "AAD_PREMIUM",
    ]),
    // Microsoft Entra ID P2
    (sku("84a661c4-e949-4bd2-a560-ed7766fcaf2b"), &[
        "AAD_PREMIUM", "AAD_PREMIUM_P2",
    ]),
    // Planner and Project Plan 3
    (sku("53818b1b-4a27-454b-8896-0dba576410e6"), &[
        "FLOW_FOR_PROJECT", "PROJECT_CLIENT_SUBSCRIPTION", "PROJECT_PROFESSIONAL", "SHAREPOINTENTERPRISE",
        "SHAREPOINT_PROJECT",
    ]),
];

/// Plans of theirs that are neither value nor filler: they count as value, as every plan does that nobody has reviewed.
#[rustfmt::skip]
const UNLISTED: &[(PlanId, &str)] = &[
    (plan("fa200448-008c-4acb-abd4-ea106ed2199d"), "FLOW_FOR_PROJECT"),
    (plan("a6520331-d7d4-4276-95f5-15c0933bc757"), "GRAPH_CONNECTORS_SEARCH_INDEX"),
    (plan("b737dad2-2f6c-4c65-90e3-ca563267e8b9"), "PROJECTWORKMANAGEMENT"),
    (plan("795f6fe0-cc4d-4773-b050-5dde4dc704c9"), "UNIVERSAL_PRINT_01"),
    (plan("7bf960f6-2cd9-443a-8046-5dbff9558365"), "WINDOWSUPDATEFORBUSINESS_DEPLOYMENTSERVICE"),
    (plan("7547a3fe-08ee-4ccb-b430-5077c5041653"), "YAMMER_ENTERPRISE"),
];
