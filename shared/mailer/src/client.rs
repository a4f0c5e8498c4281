//! The SES v2 client: one constructor, with timeouts and one layer of retries.

use std::time::Duration;

use aws_sdk_sesv2::{
    Client,
    config::{BehaviorVersion, Credentials, Region, retry::RetryConfig, timeout::TimeoutConfig},
};

/// Where SES is.
pub struct SesConfig {
    /// Endpoint of one machine; `None` is AWS's own.
    pub endpoint: Option<String>,
    /// AWS region.
    pub region: String,
    /// What signs the calls.
    pub credentials: Credentials,
}

/// A client of SES v2. Opens nothing.
pub fn ses(config: SesConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(25))
        .build();
    let mut builder = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(config.region))
        .credentials_provider(config.credentials)
        .timeout_config(timeouts)
        // SES has no idempotency key: a retry after an answer that got lost is a second mail, so only one retry.
        .retry_config(RetryConfig::standard().with_max_attempts(2));
    if let Some(endpoint) = config.endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    Client::from_conf(builder.build())
}
