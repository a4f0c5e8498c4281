//! Products by GUID. Part numbers and names are for people: part numbers are reused and misleading
//! (`O365_BUSINESS_PREMIUM` is Business Standard), so nothing looks them up.
//!
//! Source: Microsoft, "Product names and service plan identifiers for licensing", table of 29 July 2026.

use model::SkuId;

/// What sort of product a licence type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bundles what a person works with; two of them on one person are a duplicate suite, not an add-on.
    Suite,
    /// One capability, or a bundle bought beside a suite.
    AddOn,
    /// For a room or a shared phone: the account that holds it is not a person at work.
    Device,
    /// Free, viral, a self-service trial, or billed by use: no seat of it is paid for.
    Free,
}

/// A product Steward knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Product {
    /// Graph's `skuId`.
    pub id: SkuId,
    /// Graph's `skuPartNumber`.
    pub part_number: &'static str,
    /// The name Microsoft sells it under.
    pub name: &'static str,
    /// What sort of product it is.
    pub kind: Kind,
}

/// The product of a licence type; `None` for one this version does not know.
pub fn product(sku: SkuId) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == sku)
}

/// The name Microsoft sells a licence type under; `None` for one this version does not know.
pub fn product_name(sku: SkuId) -> Option<&'static str> {
    product(sku).map(|product| product.name)
}

/// Products that checks name.
pub(crate) mod named {
    use model::SkuId;

    pub const BUSINESS_BASIC: SkuId = SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870");
    pub const BUSINESS_STANDARD: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
    pub const BUSINESS_PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    pub const OFFICE_E1: SkuId = SkuId::literal("18181a46-0d4e-45cd-891e-60aabd171b4e");
    pub const OFFICE_E3: SkuId = SkuId::literal("6fd2c87f-b296-42f0-b197-1e91e994b900");
    pub const OFFICE_E5: SkuId = SkuId::literal("c7df2760-2c81-4ef7-b578-5b5392b571df");
    pub const MICROSOFT_E3: SkuId = SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965");
    pub const MICROSOFT_E5: SkuId = SkuId::literal("06ebc4ee-1bb5-47dd-8120-11324bc54e06");
    pub const MICROSOFT_F3: SkuId = SkuId::literal("66b55226-6b4f-492c-910c-a3b7a3c9d993");
    pub const EXCHANGE_2: SkuId = SkuId::literal("19ec0d23-8335-4cbd-94ac-6050e30712fa");
    pub const ENTRA_P1: SkuId = SkuId::literal("078d2b04-f1bd-4111-bbd4-b4b1b354cef4");
    pub const ENTRA_P2: SkuId = SkuId::literal("84a661c4-e949-4bd2-a560-ed7766fcaf2b");
    pub const TEAMS_PHONE: SkuId = SkuId::literal("e43b5b99-8dfb-405f-9987-dc307f34bcbd");
    pub const VISIO_2: SkuId = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");
    pub const PROJECT_3: SkuId = SkuId::literal("53818b1b-4a27-454b-8896-0dba576410e6");
    pub const PROJECT_5: SkuId = SkuId::literal("09015f9f-377f-4538-bbb5-f75ceb09358a");
    pub const PROJECT_ONLINE: SkuId = SkuId::literal("2db84718-652c-47a7-860c-f10d8abbdae3");
    pub const PROJECT_ONLINE_WITH_PROJECT: SkuId = SkuId::literal("f82a60b8-1ee3-4cfb-a4fe-1c6a53c2656c");
}

/// Whether a licence type is known to cost nothing.
pub fn is_free(sku: SkuId) -> bool {
    product(sku).is_some_and(|product| product.kind == Kind::Free)
}

/// Whether a licence type is Microsoft 365 Copilot, of which there are two.
pub fn is_copilot(sku: SkuId) -> bool {
    const COPILOT: [SkuId; 2] = [
        SkuId::literal("639dec6b-bb19-468b-871c-c5c441c4b0cb"),
        SkuId::literal("a809996b-059e-42e2-9866-db24b99a9782"),
    ];
    COPILOT.contains(&sku)
}

use Kind::{AddOn, Device, Free, Suite};

const fn row(id: &str, part_number: &'static str, name: &'static str, kind: Kind) -> Product {
    Product { id: SkuId::literal(id), part_number, name, kind }
}

/// Every product Steward knows: those it has prices for, their versions without Teams, retired ones, devices, and the
/// free ones.
pub const PRODUCTS: &[Product] = &[
    row("3b555118-da6a-4418-894f-7df1e2096870", "O365_BUSINESS_ESSENTIALS", "Microsoft 365 Business Basic", Suite),
    row("f245ecc8-75af-4f8e-b61f-27d8114de5f3", "O365_BUSINESS_PREMIUM", "Microsoft 365 Business Standard", Suite),
    row("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "SPB", "Microsoft 365 Business Premium", Suite),
    row("cdd28e44-67e3-425e-be4c-737fab2899d3", "O365_BUSINESS", "Microsoft 365 Apps for business", AddOn),
    row("c2273bd0-dff7-4215-9ef5-2c7bcfb06425", "OFFICESUBSCRIPTION", "Microsoft 365 Apps for enterprise", AddOn),
    row("18181a46-0d4e-45cd-891e-60aabd171b4e", "STANDARDPACK", "Office 365 E1", Suite),
    row("6fd2c87f-b296-42f0-b197-1e91e994b900", "ENTERPRISEPACK", "Office 365 E3", Suite),
    row("c7df2760-2c81-4ef7-b578-5b5392b571df", "ENTERPRISEPREMIUM", "Office 365 E5", Suite),
    row(
        "cf50bae9-29e8-4775-b07c-56ee10e3776d",
        "Office_365_w/o_Teams_Bundle_E5",
        "Office 365 E5 EEA (no Teams)",
        Suite,
    ),
    row("05e9a617-0261-4cee-bb44-138d3ef5d965", "SPE_E3", "Microsoft 365 E3", Suite),
    row("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "SPE_E5", "Microsoft 365 E5", Suite),
    row("18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e", "Microsoft_365_E5_(no_Teams)", "Microsoft 365 E5 (no Teams)", Suite),
    row("3271cf8e-2be5-4a09-a549-70fd05baaa17", "O365_w/o_Teams_Bundle_M5", "Microsoft 365 E5 EEA (no Teams)", Suite),
    row("9a18296a-025f-4e37-9ffa-30bf8d1ce775", "MICROSOFT_365_E7", "Microsoft 365 E7", Suite),
    row("44575883-256e-4a79-9da4-ebe9acabe2b2", "M365_F1", "Microsoft 365 F1", Suite),
    row("50f60901-3181-4b75-8a2c-4c8e4c1d5a72", "M365_F1_COMM", "Microsoft 365 F1", Suite),
    row("66b55226-6b4f-492c-910c-a3b7a3c9d993", "SPE_F1", "Microsoft 365 F3", Suite),
    row("4b585984-651b-448a-9e53-3b10f069cf7f", "DESKLESSPACK", "Office 365 F3", Suite),
    row("4b9405b0-7788-4568-add1-99614e613b69", "EXCHANGESTANDARD", "Exchange Online Plan 1", AddOn),
    row("19ec0d23-8335-4cbd-94ac-6050e30712fa", "EXCHANGEENTERPRISE", "Exchange Online Plan 2", AddOn),
    row("80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", "EXCHANGEDESKLESS", "Exchange Online Kiosk", AddOn),
    row("ee02fd1b-340e-4a4b-b355-4a514e4c8943", "EXCHANGEARCHIVE_ADDON", "Exchange Online Archiving", AddOn),
    row("1fc08a02-8b3d-43b9-831e-f76859e04e1a", "SHAREPOINTSTANDARD", "SharePoint Plan 1", AddOn),
    row("a9732ec9-17d9-494c-a51c-d6b45b384dcb", "SHAREPOINTENTERPRISE", "SharePoint Plan 2", AddOn),
    row("e6778190-713e-4e4f-9119-8b8238de25df", "WACONEDRIVESTANDARD", "OneDrive for Business Plan 1", AddOn),
    row("ed01faf2-1d88-4947-ae91-45ca18703a96", "WACONEDRIVEENTERPRISE", "OneDrive for Business Plan 2", AddOn),
    row("4b244418-9658-4451-a2b8-b5e2b364e9bd", "VISIOONLINE_PLAN1", "Visio Plan 1", AddOn),
    row("c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIOCLIENT", "Visio Plan 2", AddOn),
    row("beb6439c-caad-48d3-bf46-0c82871e12be", "PROJECT_P1", "Planner Plan 1", AddOn),
    row("53818b1b-4a27-454b-8896-0dba576410e6", "PROJECTPROFESSIONAL", "Planner and Project Plan 3", AddOn),
    row("09015f9f-377f-4538-bbb5-f75ceb09358a", "PROJECTPREMIUM", "Planner and Project Plan 5", AddOn),
    row("2db84718-652c-47a7-860c-f10d8abbdae3", "PROJECTONLINE_PLAN_1", "Project Online", AddOn),
    row("f82a60b8-1ee3-4cfb-a4fe-1c6a53c2656c", "PROJECTONLINE_PLAN_2", "Project Online with Project", AddOn),
    row("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", "AAD_PREMIUM", "Microsoft Entra ID P1", AddOn),
    row("84a661c4-e949-4bd2-a560-ed7766fcaf2b", "AAD_PREMIUM_P2", "Microsoft Entra ID P2", AddOn),
    row("061f9ace-7d42-4136-88ac-31dc755f143f", "INTUNE_A", "Microsoft Intune Plan 1", AddOn),
    row("a929cd4d-8672-47c9-8664-159c1f322ba8", "Microsoft_Intune_Suite", "Microsoft Intune Suite", AddOn),
    row("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", "EMS", "Enterprise Mobility + Security E3", AddOn),
    row("b05e124f-c7cc-45a0-a6aa-8cf78c946968", "EMSPREMIUM", "Enterprise Mobility + Security E5", AddOn),
    row("4ef96642-f096-40de-a3e9-d83fb2f90211", "ATP_ENTERPRISE", "Microsoft Defender for Office 365 Plan 1", AddOn),
    row(
        "3dd6cf57-d688-4eed-ba52-9e40b5468c3e",
        "THREAT_INTELLIGENCE",
        "Microsoft Defender for Office 365 Plan 2",
        AddOn,
    ),
    row("5e1e7702-a2b7-4360-8d07-2f515792896f", "MDE_SMB", "Microsoft Defender for Business", AddOn),
    row("16a55f2f-ff35-4cd5-9146-fb784e3761a5", "DEFENDER_ENDPOINT_P1", "Microsoft Defender for Endpoint P1", AddOn),
    row("b126b073-72db-4a9d-87a4-b17afe41d4ab", "MDATP_XPLAT", "Microsoft Defender for Endpoint P2", AddOn),
    row("26124093-3d78-432b-b5dc-48bf992543d5", "IDENTITY_THREAT_PROTECTION", "Microsoft 365 E5 Security", AddOn),
    row(
        "184efa21-98c3-4e5d-95ab-d07053a96e67",
        "INFORMATION_PROTECTION_COMPLIANCE",
        "Microsoft 365 E5 Compliance",
        AddOn,
    ),
    row("f8a1db68-be16-40ed-86d5-cb42ce701560", "POWER_BI_PRO", "Power BI Pro", AddOn),
    row("c1d032e0-5619-4761-9b5c-75b6831e1711", "PBI_PREMIUM_PER_USER", "Power BI Premium Per User", AddOn),
    row("e43b5b99-8dfb-405f-9987-dc307f34bcbd", "MCOEV", "Microsoft Teams Phone Standard", AddOn),
    row("0c266dff-15dd-4b49-8397-2bb16070ed52", "MCOMEETADV", "Microsoft 365 Audio Conferencing", AddOn),
    row(
        "3ab6abff-666f-4424-bfb7-f0bc274ec7bc",
        "TEAMS_ESSENTIALS_AAD",
        "Microsoft Teams Essentials (Entra identity)",
        AddOn,
    ),
    row("7e31c0d9-9551-471d-836f-32ee72be4a01", "Microsoft_Teams_Enterprise_New", "Microsoft Teams Enterprise", AddOn),
    row("36a0f3b3-adb5-49ea-bf66-762134cf063a", "Microsoft_Teams_Premium", "Microsoft Teams Premium", AddOn),
    row(
        "52ea0e27-ae73-4983-a08f-13561ebdb823",
        "Teams_Premium_(for_Departments)",
        "Teams Premium (for Departments)",
        AddOn,
    ),
    row("639dec6b-bb19-468b-871c-c5c441c4b0cb", "Microsoft_365_Copilot", "Microsoft 365 Copilot", AddOn),
    row("a809996b-059e-42e2-9866-db24b99a9782", "M365_Copilot", "Microsoft 365 Copilot", AddOn),
    row("796a6fb4-740b-4d36-bf56-9c12ca7fa069", "AGENT_365", "Agent 365", AddOn),
    row("cb10e6cd-9da4-4992-867b-67546b1db821", "WIN10_PRO_ENT_SUB", "Windows 10/11 Enterprise E3", AddOn),
    row("b30411f5-fea1-4a59-9ad9-3db7c7ead579", "POWERAPPS_PER_USER", "Power Apps Premium", AddOn),
    row("4a51bf65-409c-4a91-b845-1121b571cc9d", "FLOW_PER_USER", "Power Automate Premium", AddOn),
    row("c52ea49f-fe5d-4e95-93ba-1de91d380f89", "RIGHTSMANAGEMENT", "Azure Information Protection Plan 1", AddOn),
    row("dcf0408c-aaec-446c-afd4-43e3683943ea", "Microsoft_365_E3_(no_Teams)", "Microsoft 365 E3 (no Teams)", Suite),
    row("46c3a859-c90d-40b3-9551-6178a48d5c18", "Office_365_E3_(no_Teams)", "Office 365 E3 (no Teams)", Suite),
    row("f8ced641-8e17-4dc5-b014-f5a2d53f6ac8", "Office_365_E1_(no_Teams)", "Office 365 E1 (no Teams)", Suite),
    row(
        "21502a13-c8dc-4744-be9c-177fd9d2eafc",
        "Microsoft_365_Business_Basic_(no Teams)",
        "Microsoft 365 Business Basic (no Teams)",
        Suite,
    ),
    row(
        "5a1c7b8d-0739-4ca8-bf69-ec87e69133ac",
        "MICROSOFT_365_BUSINESS_STANDARD_NO_TEAMS",
        "Microsoft 365 Business Standard (no Teams)",
        Suite,
    ),
    row(
        "00e1ec7b-e4a3-40d1-9441-b69b597ab222",
        "Microsoft_365_ Business_ Premium_(no Teams)",
        "Microsoft 365 Business Premium (no Teams)",
        Suite,
    ),
    row("4cde982a-ede4-4409-9ae6-b003453c8ea6", "Microsoft_Teams_Rooms_Pro", "Microsoft Teams Rooms Pro", Device),
    row("6070a4c8-34c6-4937-8dfb-39bbc6397a60", "MEETING_ROOM", "Microsoft Teams Rooms Standard", Device),
    row("295a8eb0-f78d-45c7-8b5b-1eed5ed02dff", "MCOCAP", "Microsoft Teams Shared Devices", Device),
    row("90d8b3f8-712e-4f7b-aa1e-62e7ae6cbe96", "SMB_APPS", "Business Apps (free)", Free),
    row("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", "Microsoft Power Automate Free", Free),
    row("16ddbbfc-09ea-4de2-b1d7-312db6112d70", "TEAMS_FREE", "Microsoft Teams (Free)", Free),
    row("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "POWER_BI_STANDARD", "Microsoft Fabric (Free)", Free),
    row(
        "61e6bd70-fbdb-4deb-82ea-912842f39431",
        "DYN365_AI_SERVICE_INSIGHTS",
        "Dynamics 365 Customer Service Insights Trial",
        Free,
    ),
    row("bc946dac-7877-4271-b2f7-99d2db13cd2c", "FORMS_PRO", "Dynamics 365 Customer Voice Trial", Free),
    row(
        "338148b6-1b11-4102-afb9-f92b6cdc0f8d",
        "DYN365_ENTERPRISE_P1_IW",
        "Dynamics 365 P1 Trial for Information Workers",
        Free,
    ),
    row("fcecd1f9-a91e-488d-a918-a96cdb6ce2b0", "AX7_USER_TRIAL", "Microsoft Dynamics AX7 User Trial", Free),
    row("dcb1a3ae-b33f-4487-846a-a640262fadf4", "POWERAPPS_VIRAL", "Microsoft Power Apps Plan 2 Trial", Free),
    row("74fbf1bb-47c6-4796-9623-77dc7371723b", "MS_TEAMS_IW", "Microsoft Teams Trial", Free),
    row("606b54a9-78d8-4298-ad8b-df6ef4481c80", "CCIBOTS_PRIVPREV_VIRAL", "Power Virtual Agents Viral Trial", Free),
    row("1f2f344a-700d-42c9-9427-5cea1d5d7ba6", "STREAM", "Microsoft Stream", Free),
    row("6470687e-a428-4b7a-bef2-8a291ad947c9", "WINDOWS_STORE", "Windows Store for Business", Free),
    row("710779e8-3d4a-4c88-adb9-386c958d1fdf", "TEAMS_EXPLORATORY", "Microsoft Teams Exploratory", Free),
    row("8c4ce438-32a7-4ac5-91a6-e22ae08d9c8b", "RIGHTSMANAGEMENT_ADHOC", "Rights Management Adhoc", Free),
    row("5b631642-bd26-49fe-bd20-1daaa972ef80", "POWERAPPS_DEV", "Microsoft Power Apps for Developer", Free),
    row(
        "6a4a1628-9b9a-424d-bed5-4118f0ede3fd",
        "PROJECT_MADEIRA_PREVIEW_IW_SKU",
        "Dynamics 365 Business Central for IWs",
        Free,
    ),
    row(
        "6ec92958-3cc1-49db-95bd-bc6b3798df71",
        "Dynamics_365_Sales_Premium_Viral_Trial",
        "Dynamics 365 Sales Premium Viral Trial",
        Free,
    ),
    row("3f9f06f5-3c31-472c-985f-62d9c10ec167", "Power_Pages_vTrial_for_Makers", "Power Pages vTrial for Makers", Free),
    row("9c7bff7a-3715-4da7-88d3-07f57f8d0fb6", "D365_SALES_PRO_IW", "Dynamics 365 For Sales Professional Trial", Free),
    row("8f0c5670-4e56-4892-b06d-91c085d7004f", "SPZA_IW", "App Connect IW", Free),
    row("87bbbc60-4754-4998-8c88-227dca264858", "POWERAPPS_INDIVIDUAL_USER", "Power Apps and Logic Flows", Free),
    row("e5788282-6381-469f-84f0-3d7d4021d34d", "SHAREPOINTSTORAGE_GOV", "Office 365 Extra File Storage for GCC", Free),
    row("99049c9c-6011-4908-bf17-15f496e6519d", "SHAREPOINTSTORAGE", "Office 365 Extra File Storage", Free),
    row("47794cd0-f0e5-45c5-9033-2eb6b5fc84e0", "MCOPSTNC", "Communications Credits", Free),
    row(
        "440eaaa8-b3e0-484b-a8be-62870b9ba70a",
        "PHONESYSTEM_VIRTUALUSER",
        "Microsoft Teams Phone Resource Account",
        Free,
    ),
];
