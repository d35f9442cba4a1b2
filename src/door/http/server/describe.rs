//! What a GET at an endpoint is answered with: the WSDL of the service there, where the query asks for it.

use hyper::header::HOST;
use hyper::{HeaderMap, StatusCode};

use crate::door::http::server::answer::{self, Answer};
use crate::soap::wsdl;

/// Answers a GET at the endpoint below `base`. The address in the WSDL is the one that the client came by.
pub(in crate::door) fn get(base: &str, headers: &HeaderMap, query: &str) -> Answer {
    if !query.split('&').any(asks_for_wsdl) {
        return answer::only("POST");
    }
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return answer::text(StatusCode::BAD_REQUEST, "the header Host is missing");
    };
    answer::of_type(
        StatusCode::OK,
        "text/xml; charset=utf-8",
        wsdl::wsdl(&format!("http://{host}{base}/soap")),
    )
}

/// `?wsdl`, in whatever letters; `?singleWsdl` is what clients ask for that want no links in it.
fn asks_for_wsdl(part: &str) -> bool {
    let key = part.split('=').next().unwrap_or_default();
    key.eq_ignore_ascii_case("wsdl") || key.eq_ignore_ascii_case("singleWsdl")
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;
    use hyper::header::HeaderValue;

    use super::*;

    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("localhost:81"));
        headers
    }

    #[tokio::test(flavor = "current_thread")]
    async fn the_wsdl_names_the_endpoint_that_was_asked() {
        for query in ["wsdl", "WSDL", "singleWsdl", "a=1&wsdl="] {
            let answer = get("/worlds/w1", &headers(), query);
            assert_eq!(answer.status(), StatusCode::OK, "{query}");
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            let text = std::str::from_utf8(&body).unwrap();
            assert!(
                text.contains("location=\"http://localhost:81/worlds/w1/soap\""),
                "{query}"
            );
        }
    }

    #[test]
    fn without_the_query_or_a_host_there_is_none() {
        let status = |headers: &HeaderMap, query| get("", headers, query).status();
        assert_eq!(status(&headers(), ""), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(status(&headers(), "x=wsdl"), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(status(&HeaderMap::new(), "wsdl"), StatusCode::BAD_REQUEST);
    }
}
