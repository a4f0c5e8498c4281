//! Microsoft's ids: GUIDs, each kind a type of its own so that a person is never taken for a licence type.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! guid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A GUID written in the source, as in a table of products.
            ///
            /// # Panics
            /// When `text` is not a GUID; in a constant that is a compile error.
            pub const fn literal(text: &str) -> Self {
                match Uuid::try_parse(text) {
                    Ok(id) => Self(id),
                    Err(_) => panic!("not a GUID"),
                }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::try_parse(text).map(Self)
            }
        }
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::Custom("uuid".into())))
                    .description(Some("Microsoft's GUID."))
                    .examples(["3b555118-da6a-4418-894f-7df1e2096870"])
                    .into()
            }
        }
        impl utoipa::ToSchema for $name {}
    };
}

guid!(
    /// A customer's Microsoft Entra tenant. Never called tenant in our code.
    DirectoryId
);
guid!(
    /// Someone in the customer's directory (Graph `user.id`).
    PersonId
);
guid!(
    /// A licence type (Graph `skuId`).
    SkuId
);
guid!(
    /// A service plan inside a licence type (Graph `servicePlanId`).
    PlanId
);
guid!(
    /// A group in the customer's directory.
    GroupId
);
