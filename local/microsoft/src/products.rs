//! The products the generator sells: licence types and the service plans inside them, as Microsoft's "Product names and
//! service plan identifiers for licensing" (July 2026) lists them. Ids and part numbers are facts; prices are not
//! Microsoft Graph's business and stand elsewhere.

use model::{PlanId, SkuId};

/// A licence type as Microsoft sells it.
#[derive(Debug, Clone, Copy)]
pub struct Product {
    /// Graph's `skuId`.
    pub id: SkuId,
    /// Graph's `skuPartNumber`.
    pub part_number: &'static str,
    /// The name people know it by, as the usage reports write it.
    pub title: &'static str,
    plans: &'static [u8],
}

impl Product {
    /// The plans inside: Graph's `servicePlanName` and `servicePlanId`.
    pub fn plans(&self) -> impl Iterator<Item = (&'static str, PlanId)> {
        self.plans.iter().map(|&at| PLANS[usize::from(at)])
    }
}

/// The product of an id, where the generator sells it.
pub fn product(id: SkuId) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

const fn plan(text: &str) -> PlanId {
    PlanId::literal(text)
}

/// Exchange Online (Plan 1), the plan.
pub const EXCHANGE_S_STANDARD: PlanId = plan("9aaf7827-d63c-4b61-89c3-182f06f82e5c");
/// Exchange Online (Plan 2), the plan.
pub const EXCHANGE_S_ENTERPRISE: PlanId = plan("efb87545-963c-4e0d-99df-69c6916d9eb0");
/// Teams.
pub const TEAMS1: PlanId = plan("57ff2da0-773e-42df-b2af-ffb7a2317929");
/// Skype for Business Online (Plan 2), which Teams Phone accepts as its base too.
pub const MCOSTANDARD: PlanId = plan("0feaeb32-d00e-4d66-bd5a-43b5b83db82c");
/// Teams Phone.
pub const MCOEV: PlanId = plan("4828c8ec-dc2e-4779-b502-87ac9ce28ab7");

/// Service plans: name and id.
const PLANS: &[(&str, PlanId)] = &[
    ("YAMMER_ENTERPRISE", plan("7547a3fe-08ee-4ccb-b430-5077c5041653")),
    ("EXCHANGE_S_STANDARD", plan("9aaf7827-d63c-4b61-89c3-182f06f82e5c")),
    ("SWAY", plan("a23b959c-7ce8-4e57-9140-b90eb88a9e97")),
    ("SHAREPOINTWAC", plan("e95bec33-7c88-4a70-8e19-b10bd9d0c014")),
    ("SHAREPOINTSTANDARD", plan("c7699d2e-19aa-44de-8edf-1736da088ca1")),
    ("PROJECTWORKMANAGEMENT", plan("b737dad2-2f6c-4c65-90e3-ca563267e8b9")),
    ("POWERAPPS_O365_P1", plan("92f7a6f3-b89b-4bbd-8c30-809e6da5ad1c")),
    ("OFFICEMOBILE_SUBSCRIPTION", plan("c63d4d19-e8cb-460e-b37c-4d6c34603745")),
    ("MCOSTANDARD", plan("0feaeb32-d00e-4d66-bd5a-43b5b83db82c")),
    ("FORMS_PLAN_E1", plan("159f4cd6-e380-449f-a816-af1a9ef76344")),
    ("FLOW_O365_P1", plan("0f9b09cb-62d1-4ff4-9129-43f4996f83f4")),
    ("BPOS_S_TODO_1", plan("5e62787c-c316-451f-b873-1d05acd4d12c")),
    ("TEAMS1", plan("57ff2da0-773e-42df-b2af-ffb7a2317929")),
    ("M365_LIGHTHOUSE_CUSTOMER_PLAN1", plan("6f23d6a9-adbf-481c-8538-b4c095654487")),
    ("MICROSOFT_LOOP", plan("c4b8c31a-fb44-4c65-9837-a21f55fcabda")),
    ("KAIZALA_O365_P2", plan("54fc630f-5a40-48ee-8965-af0503c1386e")),
    ("CLIPCHAMP", plan("a1ace008-72f3-4ea0-8dac-33b3a23a2472")),
    ("MICROSOFTBOOKINGS", plan("199a5c09-e0ca-4e37-8f7c-b05d533e1ea2")),
    ("CDS_O365_P2", plan("95b76021-6a53-4741-ab8b-1d1f3d66a95a")),
    ("MYANALYTICS_P2", plan("33c4f319-9bdd-48d6-9c4d-410b750a4a5a")),
    ("Bing_Chat_Enterprise", plan("0d0c0d31-fae7-41f2-b909-eaf4d7f26dba")),
    ("MESH_AVATARS_ADDITIONAL_FOR_TEAMS", plan("3efbd4ed-8958-4824-8389-1321f8730af8")),
    ("MESH_AVATARS_FOR_TEAMS", plan("dcf9d2f4-772e-4434-b757-77a453cfbc02")),
    ("DYN365BC_MS_INVOICING", plan("39b5c996-467e-4e60-bd62-46066f572726")),
    ("OFFICE_BUSINESS", plan("094e7854-93fc-4d55-b2c0-3ab5369ebdc1")),
    ("MICROSOFT_SEARCH", plan("94065c59-bc8e-4e8b-89e5-5138d471eaff")),
    ("Nucleus", plan("db4d623d-b514-490b-b7ef-8885eee514de")),
    ("POWER_VIRTUAL_AGENTS_O365_P2", plan("041fe683-03e4-45b6-b1af-c0cdc516daee")),
    ("RMS_S_BASIC", plan("31cf2cfc-6b0d-4adc-a336-88b724ed8122")),
    ("DYN365_CDS_O365_P2", plan("4ff01e01-1ba7-4d71-8cf8-ce96c3bbcf14")),
    ("WHITEBOARD_PLAN1", plan("b8afc642-032e-4de5-8c0a-507a7bba7e5d")),
    ("VIVA_LEARNING_SEEDED", plan("b76fb638-6ba6-402a-b9f9-83d28acb3d86")),
    ("VIVAENGAGE_CORE", plan("a82fbf69-b4d7-49f4-83a6-915b2cf354f4")),
    ("STREAM_O365_SMB", plan("3c53ea51-d578-46fa-a4c0-fd0a92809a60")),
    ("O365_SB_Relationship_Management", plan("5bfe124c-bbdc-4494-8835-f1297d457d79")),
    ("PROJECT_O365_P2", plan("31b4e2fc-4cd6-4e7d-9c1b-41407303bd66")),
    ("INTUNE_O365", plan("882e1d05-acd1-4ccb-8708-6ee03664b117")),
    ("Deskless", plan("8c7d2df8-86f0-4902-b2ed-a0458298f3b3")),
    ("POWER_VIRTUAL_AGENTS_O365_P3", plan("ded3d325-1bdc-453e-8432-5bac26d7a014")),
    ("PURVIEW_DISCOVERY", plan("c948ea65-2053-4a5a-8a62-9eaaaf11b522")),
    ("OFFICE_SHARED_COMPUTER_ACTIVATION", plan("276d6e8a-f056-4f70-b7e8-4fc27f79f809")),
    ("STREAM_O365_E1", plan("743dd19e-1ce3-4c62-a3ad-49ba8f63a2f6")),
    ("PROJECT_O365_P3", plan("b21a6b06-1988-436e-a07b-51ec6d9f52ad")),
    ("INTUNE_A", plan("c1ec4a95-1f05-45b3-a911-aa3fa01094f5")),
    ("DYN365_CDS_O365_P3", plan("28b0fa46-c39a-4188-89e2-58e979a6b014")),
    ("AAD_PREMIUM", plan("41781fb2-bc02-4b7c-bd55-b576c07bb09d")),
    ("ADALLOM_S_DISCOVERY", plan("932ad362-64a8-4783-9106-97849a1a30b9")),
    ("MFA_PREMIUM", plan("8a256a2b-b617-496d-b51b-e76466e88db0")),
    ("RMS_S_PREMIUM", plan("6c57d4b6-3b23-47a5-9bc9-69f17b4947b3")),
    ("AAD_SMB", plan("de377cbc-0019-4ec2-b77c-3f223947e102")),
    ("WINDOWSUPDATEFORBUSINESS_DEPLOYMENTSERVICE", plan("7bf960f6-2cd9-443a-8046-5dbff9558365")),
    ("WINBIZ", plan("8e229017-d77b-43d5-9305-903395523b99")),
    ("UNIVERSAL_PRINT_01", plan("795f6fe0-cc4d-4773-b050-5dde4dc704c9")),
    ("INTUNE_SMBIZ", plan("8e9ff0ff-aa7a-4b20-83c1-2f636b600ac2")),
    ("MDE_SMB", plan("bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4")),
    ("CDS_O365_P3", plan("afa73018-811e-46e9-988f-f75d2b1b8430")),
    ("BPOS_S_DlpAddOn", plan("9bec7e34-c9fa-40b7-a9d1-bd6d1165c7ed")),
    ("EXCHANGE_S_FOUNDATION", plan("113feb6c-3fe4-4440-bddc-54d774bf0318")),
    ("RMS_S_ENTERPRISE", plan("bea4c11e-220a-4e6d-8eb8-8ea15d019f90")),
    ("EXCHANGE_S_ARCHIVE_ADDON", plan("176a09a6-7ec5-4039-ac02-b2791c6ba793")),
    ("ATP_ENTERPRISE", plan("f20fedf3-f3c3-43c3-8267-2bfdd51c0939")),
    ("M365_LIGHTHOUSE_PARTNER_PLAN1", plan("d55411c9-cfff-40a9-87c7-240f14df7da5")),
    ("DYN365_CDS_O365_P1", plan("40b010bb-0b69-4654-ac5e-ba161433f4b4")),
    ("PROJECT_O365_P1", plan("a55dfd10-0864-46d9-a3cd-da5991a3e0e2")),
    ("POWER_VIRTUAL_AGENTS_O365_P1", plan("0683001c-0492-4d59-9515-d9a6426b5813")),
    ("MESH_IMMERSIVE_FOR_TEAMS", plan("f0ff6ac6-297d-49cd-be34-6dfef97f0c28")),
    ("CDS_O365_P1", plan("bed136c6-b799-4462-824d-fc045d3a9d25")),
    ("WHITEBOARD_PLAN2", plan("94a54592-cd8b-425e-87c6-97868b000b91")),
    ("BPOS_S_TODO_2", plan("c87f142c-d1e9-4363-8630-aaea9c4d9ae5")),
    ("SHAREPOINTENTERPRISE", plan("5dbe027f-2339-4123-9542-606e4d348a72")),
    ("EXCHANGE_S_ENTERPRISE", plan("efb87545-963c-4e0d-99df-69c6916d9eb0")),
    ("ContentExplorer_Standard", plan("2b815d45-56e4-4e3a-b65c-66cb9175b560")),
    ("MIP_S_CLP1", plan("5136a095-5cf0-4aff-bec3-e84448b38ea5")),
    ("OFFICESUBSCRIPTION", plan("43de0ff5-c92c-492b-9116-175376d08c38")),
    ("FORMS_PLAN_E3", plan("2789c901-c14e-48ab-a76a-be334d9d793a")),
    ("KAIZALA_O365_P3", plan("aebd3021-9f8f-4bf8-bbe3-0ed2f4f047a1")),
    ("STREAM_O365_E3", plan("9e700747-8b1d-45e5-ab8d-ef187ceec156")),
    ("FLOW_O365_P2", plan("76846ad7-7776-4c40-a281-a386362dd1b9")),
    ("POWERAPPS_O365_P2", plan("c68f8d98-5534-41c8-bf36-22fa496fa792")),
    ("WIN10_PRO_ENT_SUB", plan("21b439ba-a0ca-424f-a6cc-52f954a5b111")),
    ("Windows_Autopatch", plan("9a6eeb79-0b4b-4bf0-9808-39d99a2cd5a3")),
    ("GRAPH_CONNECTORS_SEARCH_INDEX", plan("a6520331-d7d4-4276-95f5-15c0933bc757")),
    ("MDE_LITE", plan("292cc034-7b7c-4950-aaf5-943befd3f1d4")),
    ("INSIDER_RISK_MANAGEMENT", plan("9d0c4ee5-e4a1-4625-ab39-d82b619b1a34")),
    ("COMMUNICATIONS_COMPLIANCE", plan("41fcdd7d-4733-4863-9cf4-c65b83ce2df4")),
    ("PREMIUM_ENCRYPTION", plan("617b097b-4b93-4ede-83de-5f075bb5fb2f")),
    ("BI_AZURE_P2", plan("70d33638-9c74-4d01-bfd3-562de28bd4ba")),
    ("POWERAPPS_O365_P3", plan("9c0dab89-a30c-4117-86e7-97bda240acd2")),
    ("PAM_ENTERPRISE", plan("b1188c4c-1b36-4018-b48b-ee07604f6feb")),
    ("ADALLOM_S_O365", plan("8c098270-9dd4-4350-9b30-ba4703f3b36b")),
    ("EQUIVIO_ANALYTICS", plan("4de31727-a228-4ec3-a5bf-8e45b5ca48cc")),
    ("STREAM_O365_E5", plan("6c6042f5-6f01-4d67-b8c1-eb99d36eed3e")),
    ("SAFEDOCS", plan("bf6f5520-59e3-4f82-974b-7dbbc4fd27c7")),
    ("BPOS_S_TODO_3", plan("3fb82609-8c27-4f7b-bd51-30634711ee67")),
    ("FLOW_O365_P3", plan("07699545-9485-468e-95b6-2fca3738be01")),
    ("AAD_PREMIUM_P2", plan("eec0eb4f-6444-4f95-aba0-50c24d67f998")),
    ("ATA", plan("14ab5db5-e6c4-4b20-b4bc-13e36fd2227f")),
    ("ADALLOM_S_STANDALONE", plan("2e2ddb96-6af9-4b1d-a3f0-d6ecfd22edb2")),
    ("RMS_S_PREMIUM2", plan("5689bec4-755d-4753-8b61-40975025187c")),
    ("MICROSOFTENDPOINTDLP", plan("64bfac92-2b17-4482-b5e5-a0304429de3e")),
    ("WINDEFATP", plan("871d91ec-ec1a-452b-a83f-bd76c7d770ef")),
    ("WHITEBOARD_PLAN3", plan("4a51bca5-1eff-43f5-878c-177680f191af")),
    ("RECORDS_MANAGEMENT", plan("65cc641f-cccd-4643-97e0-a17e3045e541")),
    ("Defender_for_Iot_Enterprise", plan("99cd49a9-0e54-4e07-aea1-d8d9f5f704f5")),
    ("EXCHANGE_ANALYTICS", plan("34c0d7a0-a70f-4668-9238-47f9fc208882")),
    ("MIP_S_CLP2", plan("efb0351d-3b08-4503-993d-383af8de41e3")),
    ("Content_Explorer", plan("d9fa6af4-e046-4c89-9226-729a0786685d")),
    ("INFORMATION_BARRIERS", plan("c4801e8a-cb58-4c35-aca6-f2dcc106f287")),
    ("MIP_S_Exchange", plan("cd31b152-6326-4d1b-ae1b-997b625182e6")),
    ("CustomerLockboxA_Enterprise", plan("3ec18638-bd4c-4d3b-8905-479ed636b83e")),
    ("LOCKBOX_ENTERPRISE", plan("9f431833-0334-42de-a7dc-70aa40db46db")),
    ("M365_ADVANCED_AUDITING", plan("2f442157-a11c-46b9-ae5b-6e39ff4e5849")),
    ("M365_AUDIT_PLATFORM", plan("f6de4823-28fa-440b-b886-4783fa86ddba")),
    ("ML_CLASSIFICATION", plan("d2d51368-76c9-4317-ada2-a12c004c432f")),
    ("KAIZALA_STANDALONE", plan("0898bdbb-73b0-471a-81e5-20f1fe4dd66e")),
    ("INSIDER_RISK", plan("d587c7a3-bda9-4f99-8776-9bcf59c84f75")),
    ("INFO_GOVERNANCE", plan("e26c2fcc-ab91-4a61-b35c-03cdc8dddf66")),
    ("MCOMEETADV", plan("3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40")),
    ("EXCEL_PREMIUM", plan("531ee2f8-b1cb-453b-9c21-d2180d014ca5")),
    ("THREAT_INTELLIGENCE", plan("8e0c0a52-6a6c-4d40-8370-dd62790dcd70")),
    ("FORMS_PLAN_E5", plan("e212cbc7-0961-4c40-9825-01117710dcb1")),
    ("CUSTOMER_KEY", plan("6db1f1db-2b46-403f-be40-e39395f08dbb")),
    ("COMMUNICATIONS_DLP", plan("6dc145d6-95dd-4191-b9c3-185575ee6f6b")),
    ("MCOEV", plan("4828c8ec-dc2e-4779-b502-87ac9ce28ab7")),
    ("MTP", plan("bf28f719-7844-4079-9c78-c1307898e192")),
    ("MICROSOFT_COMMUNICATION_COMPLIANCE", plan("a413a9ff-720c-4822-98ef-2f37c2a21f4c")),
    ("DATA_INVESTIGATIONS", plan("46129a58-a698-46f0-aa5b-17f6586297d9")),
    ("FLOW_O365_S1", plan("bd91b1a4-9f94-4ecf-b45b-3a65e5c8128a")),
    ("POWER_VIRTUAL_AGENTS_O365_F1", plan("ba2fdb48-290b-4632-b46a-e4ecc58ac11a")),
    ("POWERAPPS_O365_S1", plan("e0287f9f-e222-4f98-9a83-f379e249159a")),
    ("DYN365_CDS_O365_F1", plan("ca6e61ec-d4f4-41eb-8b88-d96e0e14323f")),
    ("WIN10_ENT_LOC_F1", plan("e041597c-9c7f-4ed9-99b0-2663301576f7")),
    ("WHITEBOARD_FIRSTLINE1", plan("36b29273-c6d0-477a-aca6-6fbe24f538e3")),
    ("BPOS_S_TODO_FIRSTLINE", plan("80873e7a-cd2a-4e67-b061-1b5381a676a5")),
    ("MCOIMP", plan("afc06cb0-b4f4-4473-8286-d644f70d8faf")),
    ("SHAREPOINTDESKLESS", plan("902b47e5-dcb2-4fdc-858b-c63a90a2bdb9")),
    ("PROJECT_O365_F3", plan("7f6f28c2-34bb-4d4b-be36-48ca2e77e1ec")),
    ("KAIZALA_O365_P1", plan("73b2a583-6a59-42e3-8e83-54db46bc3278")),
    ("FORMS_PLAN_K", plan("f07046bd-2a3c-4b96-b0be-dea79d7cbfb8")),
    ("EXCHANGE_S_DESKLESS", plan("4a82b400-a79f-41a4-b4e2-e94f5787b113")),
    ("CDS_O365_F1", plan("90db65a7-bf11-4904-a79f-ef657605145b")),
    ("STREAM_O365_K", plan("3ffba0d2-38e5-4d5e-8ec0-98f2b05c09d9")),
    ("ONEDRIVE_BASIC", plan("da792a53-cbc0-4184-a10d-e544dd34b3c1")),
    ("VISIO_CLIENT_SUBSCRIPTION", plan("663a804f-1c30-4ff0-9915-9db84f0d1cea")),
    ("VISIOONLINE", plan("2bdbaf8f-738f-4ac7-9234-3c3ee2ce7d0f")),
    ("PROJECT_PROFESSIONAL", plan("818523f5-016b-4355-9be8-ed6944946ea7")),
    ("SHAREPOINT_PROJECT", plan("fe71d6c3-a2ea-4499-9778-da042bf08063")),
    ("PROJECT_CLIENT_SUBSCRIPTION", plan("fafd7243-e5c1-4a3a-9e40-495efcb1d3c3")),
    ("FLOW_FOR_PROJECT", plan("fa200448-008c-4acb-abd4-ea106ed2199d")),
    ("DYN365_CDS_PROJECT", plan("50554c47-71d9-49fd-bc54-42a2765c555c")),
    ("GRAPH_CONNECTORS_COPILOT", plan("82d30987-df9b-4486-b146-198b21d164c7")),
    ("M365_COPILOT_INTELLIGENT_SEARCH", plan("931e4a88-a67f-48b5-814f-16a5f1e6028d")),
    ("M365_COPILOT_BUSINESS_CHAT", plan("3f30311c-6b1e-48a4-ab79-725b469da960")),
    ("M365_COPILOT_TEAMS", plan("b95945de-b3bd-46db-8437-f2beb6ea2347")),
    ("M365_COPILOT_CONNECTORS", plan("89f1c4c8-0878-40f7-804d-869c9128ab5d")),
    ("M365_COPILOT_APPS", plan("a62f8878-de10-42f3-b68f-6149a25ceb97")),
    ("MICROSOFT_ECDN", plan("85704d55-2e73-47ee-93b4-4b8ea14db92b")),
    ("TEAMSPRO_MGMT", plan("0504111f-feb8-4a3c-992a-70280f9a2869")),
    ("TEAMSPRO_CUST", plan("cc8c0802-a325-43df-8cba-995d0c6cb373")),
    ("TEAMSPRO_VIRTUALAPPT", plan("9104f592-f2a7-4f77-904c-ca5a5715883f")),
    ("MCO_VIRTUAL_APPT", plan("711413d0-b36e-4cd4-93db-0a50a4ab7ea3")),
    ("TEAMSPRO_PROTECTION", plan("f8b44f54-18bb-46a3-9658-44ab58712968")),
    ("TEAMSPRO_WEBINAR", plan("78b58230-ec7e-4309-913c-93a45cc4735b")),
    ("DYN365_CDS_VIRAL", plan("17ab22cd-a0b3-4536-910a-cb6eb12696c0")),
    ("FLOW_P2_VIRAL", plan("50e68c76-46c6-4674-81f9-75456511b170")),
    ("BI_AZURE_P0", plan("2049e525-b859-401b-b2a0-e0a31c4b1fe4")),
];

/// Microsoft 365 Business Basic.
pub const BUSINESS_BASIC: SkuId = SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870");
/// Microsoft 365 Business Standard.
pub const BUSINESS_STANDARD: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
/// Microsoft 365 Business Premium.
pub const BUSINESS_PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
/// Office 365 E1.
pub const OFFICE_E1: SkuId = SkuId::literal("18181a46-0d4e-45cd-891e-60aabd171b4e");
/// Office 365 E3.
pub const OFFICE_E3: SkuId = SkuId::literal("6fd2c87f-b296-42f0-b197-1e91e994b900");
/// Microsoft 365 E3.
pub const MICROSOFT_E3: SkuId = SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965");
/// Microsoft 365 E5.
pub const MICROSOFT_E5: SkuId = SkuId::literal("06ebc4ee-1bb5-47dd-8120-11324bc54e06");
/// Microsoft 365 F3.
pub const MICROSOFT_F3: SkuId = SkuId::literal("66b55226-6b4f-492c-910c-a3b7a3c9d993");
/// Exchange Online (Plan 1).
pub const EXCHANGE_P1: SkuId = SkuId::literal("4b9405b0-7788-4568-add1-99614e613b69");
/// Exchange Online (Plan 2).
pub const EXCHANGE_P2: SkuId = SkuId::literal("19ec0d23-8335-4cbd-94ac-6050e30712fa");
/// Microsoft Entra ID P1.
pub const ENTRA_P1: SkuId = SkuId::literal("078d2b04-f1bd-4111-bbd4-b4b1b354cef4");
/// Power BI Pro.
pub const POWER_BI_PRO: SkuId = SkuId::literal("f8a1db68-be16-40ed-86d5-cb42ce701560");
/// Visio Plan 2.
pub const VISIO_P2: SkuId = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");
/// Planner and Project Plan 3.
pub const PROJECT_P3: SkuId = SkuId::literal("53818b1b-4a27-454b-8896-0dba576410e6");
/// Planner and Project Plan 5, which Microsoft has retired.
pub const PROJECT_P5: SkuId = SkuId::literal("09015f9f-377f-4538-bbb5-f75ceb09358a");
/// Microsoft Copilot for Microsoft 365.
pub const COPILOT: SkuId = SkuId::literal("639dec6b-bb19-468b-871c-c5c441c4b0cb");
/// Microsoft Intune Plan 1.
pub const INTUNE: SkuId = SkuId::literal("061f9ace-7d42-4136-88ac-31dc755f143f");
/// Microsoft Teams Phone Standard.
pub const TEAMS_PHONE: SkuId = SkuId::literal("e43b5b99-8dfb-405f-9987-dc307f34bcbd");
/// Microsoft Teams Premium Introductory Pricing.
pub const TEAMS_PREMIUM: SkuId = SkuId::literal("36a0f3b3-adb5-49ea-bf66-762134cf063a");
/// Microsoft Teams Rooms Pro.
pub const TEAMS_ROOMS_PRO: SkuId = SkuId::literal("4cde982a-ede4-4409-9ae6-b003453c8ea6");
/// Microsoft Power Automate Free.
pub const FLOW_FREE: SkuId = SkuId::literal("f30db892-07e9-47e9-837c-80727f46fd3d");
/// Microsoft Fabric (Free).
pub const POWER_BI_FREE: SkuId = SkuId::literal("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235");

pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        id: BUSINESS_BASIC,
        part_number: "O365_BUSINESS_ESSENTIALS",
        title: "Microsoft 365 Business Basic",
        plans: &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    },
    Product {
        id: BUSINESS_STANDARD,
        part_number: "O365_BUSINESS_PREMIUM",
        title: "Microsoft 365 Business Standard",
        plans: &[
            13, 14, 15, 9, 16, 17, 18, 19, 1, 20, 5, 21, 22, 23, 24, 25, 26, 12, 27, 10, 6, 28, 29, 0, 30, 31, 32, 11,
            33, 8, 4, 34, 35, 3, 36, 37, 2,
        ],
    },
    Product {
        id: BUSINESS_PREMIUM,
        part_number: "SPB",
        title: "Microsoft 365 Business Premium",
        plans: &[
            34, 6, 10, 38, 4, 39, 36, 40, 3, 26, 41, 12, 42, 43, 44, 45, 46, 47, 37, 48, 49, 50, 51, 52, 0, 30, 31, 32,
            11, 53, 25, 54, 14, 2, 23, 22, 21, 5, 55, 20, 56, 57, 1, 58, 19, 15, 59, 9, 60, 8, 17, 61, 13, 24, 16,
        ],
    },
    Product {
        id: OFFICE_E1,
        part_number: "STANDARDPACK",
        title: "Office 365 E1",
        plans: &[
            11, 26, 41, 28, 62, 0, 30, 31, 32, 2, 8, 4, 63, 7, 3, 64, 6, 36, 37, 25, 5, 15, 9, 17, 13, 19, 65, 1, 66,
            20, 21, 22, 12, 10,
        ],
    },
    Product {
        id: OFFICE_E3,
        part_number: "ENTERPRISEPACK",
        title: "Office 365 E3",
        plans: &[
            12, 67, 31, 32, 68, 2, 8, 69, 35, 3, 22, 21, 58, 20, 18, 70, 65, 71, 72, 19, 73, 26, 29, 17, 74, 75, 5, 25,
            37, 76, 36, 13, 77, 78, 0, 27, 60,
        ],
    },
    Product {
        id: MICROSOFT_E3,
        part_number: "SPE_E3",
        title: "Microsoft 365 E3",
        plans: &[
            52, 0, 67, 2, 32, 68, 79, 31, 80, 43, 48, 29, 47, 46, 45, 8, 78, 27, 50, 69, 77, 35, 20, 22, 21, 58, 18,
            81, 65, 71, 72, 19, 73, 13, 61, 70, 16, 17, 26, 36, 3, 76, 37, 12, 5, 14, 75, 74, 82, 25, 60,
        ],
    },
    Product {
        id: MICROSOFT_E5,
        part_number: "SPE_E5",
        title: "Microsoft 365 E5",
        plans: &[
            37, 8, 69, 83, 84, 39, 42, 85, 86, 87, 3, 2, 88, 89, 90, 26, 36, 12, 91, 92, 93, 31, 25, 38, 94, 43, 95,
            45, 96, 97, 47, 44, 98, 48, 50, 80, 79, 52, 99, 100, 0, 101, 32, 102, 103, 104, 19, 72, 105, 71, 106, 107,
            65, 81, 70, 108, 109, 110, 55, 20, 58, 21, 5, 111, 73, 22, 112, 113, 14, 114, 115, 116, 117, 118, 119, 60,
            120, 121, 122, 16, 17, 123, 13, 124, 125, 126,
        ],
    },
    Product {
        id: MICROSOFT_F3,
        part_number: "SPE_F1",
        title: "Microsoft 365 F3",
        plans: &[
            127, 128, 129, 48, 43, 130, 50, 80, 52, 0, 131, 132, 31, 32, 133, 2, 134, 135, 136, 7, 3, 26, 36, 12, 37,
            5, 137, 138, 17, 13, 139, 140, 20, 58, 47, 141, 25, 46, 45,
        ],
    },
    Product {
        id: EXCHANGE_P1,
        part_number: "EXCHANGESTANDARD",
        title: "Exchange Online (Plan 1)",
        plans: &[11, 36, 1],
    },
    Product { id: EXCHANGE_P2, part_number: "EXCHANGEENTERPRISE", title: "Exchange Online (Plan 2)", plans: &[70] },
    Product { id: ENTRA_P1, part_number: "AAD_PREMIUM", title: "Microsoft Entra ID P1", plans: &[45, 47, 46, 57] },
    Product { id: POWER_BI_PRO, part_number: "POWER_BI_PRO", title: "Power BI Pro", plans: &[86, 57] },
    Product { id: VISIO_P2, part_number: "VISIOCLIENT", title: "Visio Plan 2", plans: &[57, 142, 143, 144] },
    Product {
        id: PROJECT_P3,
        part_number: "PROJECTPROFESSIONAL",
        title: "Planner and Project Plan 3",
        plans: &[145, 146, 147, 3, 148, 57, 69, 149],
    },
    Product {
        id: PROJECT_P5,
        part_number: "PROJECTPREMIUM",
        title: "Project Online Premium",
        plans: &[69, 147, 146, 3],
    },
    Product {
        id: COPILOT,
        part_number: "Microsoft_365_Copilot",
        title: "Microsoft Copilot for Microsoft 365",
        plans: &[150, 151, 152, 153, 154, 155],
    },
    Product { id: TEAMS_PHONE, part_number: "MCOEV", title: "Microsoft Teams Phone Standard", plans: &[123] },
    Product {
        id: TEAMS_PREMIUM,
        part_number: "Microsoft_Teams_Premium",
        title: "Microsoft Teams Premium Introductory Pricing",
        plans: &[156, 157, 158, 159, 160, 161, 162],
    },
    Product {
        id: TEAMS_ROOMS_PRO,
        part_number: "Microsoft_Teams_Rooms_Pro",
        title: "Microsoft Teams Rooms Pro",
        plans: &[45, 117, 123, 43, 12, 8, 101],
    },
    Product { id: FLOW_FREE, part_number: "FLOW_FREE", title: "Microsoft Power Automate Free", plans: &[163, 57, 164] },
    Product { id: INTUNE, part_number: "INTUNE_A", title: "Microsoft Intune Plan 1", plans: &[43] },
    Product {
        id: POWER_BI_FREE,
        part_number: "POWER_BI_STANDARD",
        title: "Microsoft Fabric (Free)",
        plans: &[39, 165, 57],
    },
];

/// A licence type Microsoft's table does not list yet, as new products are for months: its id and its one plan.
pub const UNLISTED: (SkuId, &str, PlanId, &str) = (
    SkuId::literal("7b0d2f6e-51c4-4c0a-9a3e-2f6d1c8e4b90"),
    "WORKFORCE_INSIGHTS_P1",
    plan("e3a1c5d8-6f27-4b94-8d10-90b7c2f4a65d"),
    "WORKFORCE_INSIGHTS",
);
