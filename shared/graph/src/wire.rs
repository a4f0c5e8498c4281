//! Graph's answers as they come: every field may be missing or null, unknown fields and values are let through. A field
//! whose value cannot be what it is documented to be reads as missing; what that means is decided in [`crate::facts`].

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use uuid::Uuid;

/// `None` for a value of another kind than expected.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(value).ok())
}

macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $ty:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        #[allow(missing_docs, reason = "the fields are Graph's, under Graph's names")]
        pub struct $name {
            $($(#[$field_doc])* #[serde(deserialize_with = "lenient")] pub $field: Option<$ty>,)*
        }
    )*};
}

wire! {
    /// Graph `organization`.
    Organization {
        id: Uuid,
        display_name: String,
        verified_domains: Vec<VerifiedDomain>,
    }
    /// Graph `verifiedDomain`.
    VerifiedDomain {
        name: String,
        is_default: bool,
        is_initial: bool,
    }
    /// Graph `subscribedSku`.
    SubscribedSku {
        sku_id: Uuid,
        sku_part_number: String,
        applies_to: String,
        capability_status: String,
        consumed_units: i64,
        prepaid_units: LicenseUnits,
        service_plans: Vec<ServicePlan>,
        subscription_ids: Vec<String>,
    }
    /// Graph `licenseUnitsDetail`.
    LicenseUnits {
        enabled: i64,
        warning: i64,
        suspended: i64,
        locked_out: i64,
    }
    /// Graph `servicePlanInfo`.
    ServicePlan {
        service_plan_id: Uuid,
        service_plan_name: String,
        provisioning_status: String,
        applies_to: String,
    }
    /// Graph `companySubscription`.
    CompanySubscription {
        id: String,
        commerce_subscription_id: String,
        created_date_time: Timestamp,
        is_trial: bool,
        next_lifecycle_date_time: Timestamp,
        owner_id: String,
        owner_tenant_id: String,
        owner_type: String,
        /// A GUID in a string.
        sku_id: Uuid,
        sku_part_number: String,
        status: String,
        total_licenses: i64,
    }
    /// Graph `user`.
    User {
        id: Uuid,
        user_principal_name: String,
        display_name: String,
        account_enabled: bool,
        user_type: String,
        created_date_time: Timestamp,
        department: String,
        usage_location: String,
        on_premises_sync_enabled: bool,
        assigned_licenses: Vec<AssignedLicense>,
        license_assignment_states: Vec<LicenseAssignmentState>,
        sign_in_activity: SignInActivity,
    }
    /// Graph `assignedLicense`.
    AssignedLicense {
        sku_id: Uuid,
        disabled_plans: Vec<Uuid>,
    }
    /// Graph `licenseAssignmentState`.
    LicenseAssignmentState {
        sku_id: Uuid,
        /// A GUID in a string; missing where the licence was assigned directly.
        assigned_by_group: Uuid,
        disabled_plans: Vec<Uuid>,
        error: String,
        state: String,
        last_updated_date_time: Timestamp,
    }
    /// Graph `signInActivity`.
    SignInActivity {
        last_successful_sign_in_date_time: Timestamp,
        last_sign_in_date_time: Timestamp,
        last_non_interactive_sign_in_date_time: Timestamp,
    }
    /// Graph `group`.
    Group {
        id: Uuid,
        display_name: String,
        assigned_licenses: Vec<AssignedLicense>,
        group_types: Vec<String>,
        on_premises_sync_enabled: bool,
        membership_rule: String,
        is_assignable_to_role: bool,
        mail_enabled: bool,
        security_enabled: bool,
        resource_provisioning_options: Vec<String>,
        license_processing_state: LicenseProcessingState,
    }
    /// Graph `licenseProcessingState`.
    LicenseProcessingState {
        state: String,
    }
    /// Graph `unifiedRoleAssignment`.
    RoleAssignment {
        /// A GUID in a string; a person, a group or an app.
        principal_id: Uuid,
        /// A GUID in a string.
        role_definition_id: Uuid,
    }
    /// Graph `user`, of those deleted.
    DeletedUser {
        id: Uuid,
        user_principal_name: String,
        display_name: String,
        deleted_date_time: Timestamp,
        assigned_licenses: Vec<AssignedLicense>,
    }
    /// Graph `adminReportSettings`.
    ReportSettings {
        display_concealed_names: bool,
    }
    /// Graph `user`, as somebody's manager.
    Manager {
        display_name: String,
        mail: String,
        user_principal_name: String,
    }
    /// Graph `mailboxSettings`.
    MailboxSettings {
        user_purpose: String,
    }
}

impl User {
    /// Fills what is missing here from another answer about the same person.
    pub(crate) fn fill_from(&mut self, other: Self) {
        macro_rules! fill {
            ($($field:ident),*) => { $(if self.$field.is_none() { self.$field = other.$field; })* };
        }
        fill!(
            user_principal_name,
            display_name,
            account_enabled,
            user_type,
            created_date_time,
            department,
            usage_location,
            on_premises_sync_enabled,
            assigned_licenses,
            license_assignment_states,
            sign_in_activity
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_nulls_and_wrong_kinds_read_as_missing() {
        let user: User = serde_json::from_str(
            r##"{"@odata.type": "#microsoft.graph.user", "id": "not a guid", "displayName": 7, "accountEnabled": null,
                "createdDateTime": "yesterday", "assignedLicenses": [{"skuId": "x", "disabledPlans": null}],
                "licenseAssignmentStates": "none", "newField": {"a": []}}"##,
        )
        .unwrap();
        let license = AssignedLicense::default();
        assert_eq!(user, User { assigned_licenses: Some(vec![license]), ..User::default() });
    }
}
