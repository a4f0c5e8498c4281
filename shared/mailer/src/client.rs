//! The SES v2 client: one constructor, with timeouts and one layer of retries.

use std::time::Duration;

use aws_sdk_sesv2::{
    Client,
    config::{BehaviorVersion, retry::RetryConfig, timeout::TimeoutConfig},
};

/// A client of SES v2. Opens nothing.
pub fn ses(service: aws::Service) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(aws::CONNECT_TIMEOUT)
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(25))
        .build();
    let mut builder = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(service.region)
        .credentials_provider(service.credentials)
        .http_client(service.http.client())
        .timeout_config(timeouts)
        // SES has no idempotency key: a retry after an answer that got lost is a second mail, so only one retry.
        .retry_config(RetryConfig::standard().with_max_attempts(2));
    if let Some(endpoint) = service.endpoint {
        builder = builder.endpoint_url(endpoint);
    }
    Client::from_conf(builder.build())
}
