//! The HTTP client for vendors and the hosts it may reach.

use std::time::Duration;

use kernel::Failure;
use reqwest::{RequestBuilder, Url, redirect, retry, tls};

/// Limit on opening a connection, TLS included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an unused connection is kept. Lambda freezes the process between two calls, and a connection that died meanwhile fails the next request:
/// it would then be unclear whether the vendor received it.
const IDLE: Duration = Duration::from_secs(15);

/// The hosts a client may reach besides the listed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// None, and https alone: production.
    Listed,
    /// This machine as well, by http or https: the local cloud and its stand-ins.
    ListedAndLoopback,
}

/// Makes connections to listed hosts. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    hosts: Vec<String>,
    reach: Reach,
}

impl Client {
    /// A client for the hosts of the provider ledger ([`policy::outbound_hosts`]) and no others: an adapter cannot list hosts of its own (AN-19).
    ///
    /// # Errors
    /// [`Failure::Broken`] when the system has no certificates to trust.
    pub fn new(reach: Reach) -> Result<Self, Failure> {
        Self::to(policy::outbound_hosts(), reach)
    }

    /// A client for these hosts, which are names without scheme, port or pattern.
    fn to<'a>(hosts: impl IntoIterator<Item = &'a str>, reach: Reach) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .tls_backend_rustls()
            .tls_version_min(tls::Version::TLS_1_2)
            .https_only(reach == Reach::Listed)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .no_proxy()
            .referer(false)
            .http1_only()
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(Failure::broken)?;
        Ok(Self { http, hosts: hosts.into_iter().map(str::to_ascii_lowercase).collect(), reach })
    }

    /// The endpoint whose paths begin with `base`, such as `https://api.example.com/v1`.
    ///
    /// # Errors
    /// [`Failure::Broken`] when `base` is no URL, holds a name, a password, a query or a fragment, or names a host this client may not reach.
    pub fn endpoint(&self, base: &str) -> Result<Endpoint, Failure> {
        let url = Url::parse(base).map_err(|_| Failure::broken("a base URL is no URL"))?;
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !plain || !self.may_go_to(&url) {
            return Err(Failure::broken("a base URL names a host that is not in the provider ledger"));
        }
        Ok(Endpoint { http: self.http.clone(), base: url.as_str().trim_end_matches('/').to_owned() })
    }

    fn may_go_to(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let listed = url.scheme() == "https" && url.port().is_none() && self.hosts.iter().any(|known| known == host);
        let loopback = matches!(url.scheme(), "http" | "https") && ["127.0.0.1", "[::1]", "localhost"].contains(&host);
        listed || (loopback && self.reach == Reach::ListedAndLoopback)
    }
}

/// One vendor's base URL.
#[derive(Debug, Clone)]
pub struct Endpoint {
    http: reqwest::Client,
    base: String,
}

impl Endpoint {
    /// A POST to a path below the base, such as `images/edits`, that must be answered within `timeout`, its body included.
    pub fn post(&self, path: &str, timeout: Duration) -> RequestBuilder {
        self.http.post(self.url(path)).timeout(timeout)
    }

    pub fn get(&self, path: &str, timeout: Duration) -> RequestBuilder {
        self.http.get(self.url(path)).timeout(timeout)
    }

    /// The slash keeps any path on the base's host.
    fn url(&self, path: &str) -> String {
        format!("{}/{}", self.base, path.trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTS: [&str; 1] = ["api.example.com"];

    #[test]
    fn rt_08_production_goes_to_listed_hosts_by_https_and_nowhere_else() {
        let client = Client::to(HOSTS, Reach::Listed).unwrap();
        for right in ["https://api.example.com/v1", "https://API.example.com", "https://api.example.com:443/v1/"] {
            assert!(client.endpoint(right).is_ok(), "{right}");
        }
        let wrong = [
            "http://api.example.com/v1",
            "https://example.com",
            "https://api.example.com.evil.test",
            "https://evil.test/api.example.com",
            "https://api.example.com@evil.test",
            "https://name:word@api.example.com",
            "https://api.example.com:8443",
            "https://api.example.com/v1?key=1",
            "https://api.example.com/v1#x",
            "http://127.0.0.1:8080",
            "https://localhost",
            "https://169.254.169.254",
            "ftp://api.example.com",
            "api.example.com",
            "",
        ];
        for wrong in wrong {
            assert!(client.endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_19_an_23_production_goes_to_the_processors_and_to_nobody_else() {
        let client = Client::new(Reach::Listed).unwrap();
        for host in policy::outbound_hosts() {
            assert!(client.endpoint(&format!("https://{host}/v1")).is_ok(), "{host}");
        }
        assert!(!policy::outbound_hosts().is_empty());
        for stranger in ["https://example.com", "https://www.google-analytics.com/collect", "https://openai.com"] {
            assert!(client.endpoint(stranger).is_err(), "{stranger}");
        }
    }

    #[test]
    fn the_local_stage_reaches_its_stand_ins_and_still_no_strangers() {
        let client = Client::to(HOSTS, Reach::ListedAndLoopback).unwrap();
        for right in ["http://127.0.0.1:8080/v1", "http://localhost:1", "http://[::1]:1", "https://api.example.com"] {
            assert!(client.endpoint(right).is_ok(), "{right}");
        }
        for wrong in ["http://api.example.com", "http://127.0.0.1.evil.test", "http://10.0.0.1", "http://0.0.0.0", "https://example.com"] {
            assert!(client.endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_stays_on_its_host() {
        let endpoint = Client::to(HOSTS, Reach::Listed).unwrap().endpoint("https://api.example.com/v1/").unwrap();
        for (path, url) in
            [("models", "/v1/models"), ("/models", "/v1/models"), ("//evil.test/x", "/v1/evil.test/x"), ("@evil.test", "/v1/@evil.test")]
        {
            let request = endpoint.get(path, CONNECT_TIMEOUT).build().unwrap();
            assert_eq!(request.url().as_str(), format!("https://api.example.com{url}"));
        }
    }
}
