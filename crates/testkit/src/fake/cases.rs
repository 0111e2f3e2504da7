//! The answers of services that no server shows here, as data; tests name them by their ids.
//!
//! They are written from the services' documents and not recorded from a live account, and each says which document.
//! A test over the real service corrects them.

use super::exchange::Reply;

const SECRETS_MANAGER: &str =
    "AWS Secrets Manager API reference, common errors and GetSecretValue (JSON 1.1 protocol)";
const KMS: &str = "AWS KMS API reference, Decrypt: errors";
const COMMON: &str = "AWS common errors, of each service's API reference";
const VAULT: &str = "HashiCorp Vault HTTP API: status codes and sys/health";

/// One situation: what the service answers, in order, and the last answer for ever.
///
/// ```
/// use reticent_testkit::fake::cases;
///
/// let replies = cases::replies("aws.expired-session-renewed");
/// assert_eq!(replies.iter().map(|reply| reply.status()).collect::<Vec<_>>(), [400, 200]);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Case {
    /// What tests call it.
    pub id: &'static str,
    /// What has happened.
    pub situation: &'static str,
    /// Which document says so.
    pub source: &'static str,
    answers: &'static [Answer],
}

/// Status, headers, body.
type Answer = (u16, &'static [(&'static str, &'static str)], &'static str);

impl Case {
    /// Returns the answers in order.
    #[must_use]
    pub fn replies(&self) -> Vec<Reply> {
        let reply = |(status, headers, body): &Answer| {
            let reply = Reply::new(*status).with_body(*body);
            headers.iter().fold(reply, |reply, (name, value)| reply.with_header(name, value))
        };
        self.answers.iter().map(reply).collect()
    }
}

/// Returns the answers of the case of this id.
///
/// # Panics
/// There is no such case.
#[must_use]
pub fn replies(id: &str) -> Vec<Reply> {
    let case = ALL.iter().find(|case| case.id == id);
    case.unwrap_or_else(|| panic!("there is no case {id:?}")).replies()
}

const JSON: &[(&str, &str)] = &[("content-type", "application/x-amz-json-1.1")];
const HTML: &[(&str, &str)] = &[("content-type", "text/html")];
const SECRET: Answer = (
    200,
    JSON,
    r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1b2c3","Name":"prod/db","VersionId":"11111111-1111-4111-8111-111111111111","SecretString":"a plain value","VersionStages":["AWSCURRENT"],"CreatedDate":1700000000.0}"#,
);
const THROTTLED: Answer = (400, JSON, r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
const EXPIRED: Answer = (
    400,
    JSON,
    r#"{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}"#,
);
const PORTAL: &str = "<html><head><title>Sign in</title></head><body>Welcome to the network</body></html>";

const VAULT_JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const VAULT_SECRET: &str = r#"{"request_id":"r","lease_id":"","renewable":false,"lease_duration":0,"data":{"data":{"password":"a plain value"},"metadata":{"created_time":"2026-01-01T00:00:00Z","custom_metadata":null,"deletion_time":"","destroyed":false,"version":1}},"wrap_info":null,"warnings":null,"auth":null}"#;

/// Every case.
pub const ALL: &[Case] = &[
    Case {
        id: "aws.denied",
        situation: "no policy allows the read",
        source: SECRETS_MANAGER,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"AccessDeniedException","Message":"User: arn:aws:sts::123456789012:assumed-role/r/s is not authorized to perform: secretsmanager:GetSecretValue on resource: prod/db because no identity-based policy allows the secretsmanager:GetSecretValue action"}"#,
        )],
    },
    Case {
        id: "aws.kms-denied",
        situation: "the secret may be read, and its key may not be used",
        source: SECRETS_MANAGER,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"AccessDeniedException","Message":"Access to KMS is not allowed"}"#,
        )],
    },
    Case {
        id: "aws.decryption-failure",
        situation: "the secret's key cannot decrypt it",
        source: SECRETS_MANAGER,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"DecryptionFailure","Message":"Secrets Manager can't decrypt the protected secret text using the provided KMS key."}"#,
        )],
    },
    Case {
        id: "aws.throttled",
        situation: "too many requests, for ever",
        source: COMMON,
        answers: &[THROTTLED],
    },
    Case {
        id: "aws.throttled-once",
        situation: "too many requests, once",
        source: COMMON,
        answers: &[THROTTLED, SECRET],
    },
    Case {
        id: "aws.throttled-five-times",
        situation: "too many requests, five times",
        source: COMMON,
        answers: &[THROTTLED, THROTTLED, THROTTLED, THROTTLED, THROTTLED, SECRET],
    },
    Case {
        id: "aws.deleted",
        situation: "the secret waits for its deletion",
        source: SECRETS_MANAGER,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"InvalidRequestException","Message":"You can't perform this operation on the secret because it was marked for deletion."}"#,
        )],
    },
    Case {
        id: "aws.expired-session",
        situation: "the session has expired, for ever",
        source: COMMON,
        answers: &[EXPIRED],
    },
    Case {
        id: "aws.expired-session-renewed",
        situation: "the session has expired, and a new one is good",
        source: COMMON,
        answers: &[EXPIRED, SECRET],
    },
    Case {
        id: "aws.internal",
        situation: "the service fails",
        source: SECRETS_MANAGER,
        answers: &[(
            500,
            JSON,
            r#"{"__type":"InternalServiceError","Message":"An error occurred on the server side."}"#,
        )],
    },
    Case { id: "aws.outage", situation: "the region is out", source: COMMON, answers: &[(503, &[], "")] },
    Case {
        id: "aws.wrong-key",
        situation: "the ciphertext is of another key",
        source: KMS,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"IncorrectKeyException","message":"The key ID in the request does not identify a CMK that can perform this operation."}"#,
        )],
    },
    Case {
        id: "aws.dry-run",
        situation: "the request would have been carried out",
        source: KMS,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"DryRunOperationException","message":"The request would have succeeded, but the DryRun option is set."}"#,
        )],
    },
    Case {
        id: "aws.batch-too-long",
        situation: "a batch of more than twenty",
        source: SECRETS_MANAGER,
        answers: &[(
            400,
            JSON,
            r#"{"__type":"InvalidParameterException","Message":"Invalid length for parameter SecretIdList: at most 20."}"#,
        )],
    },
    Case {
        id: "aws.batch-in-pages",
        situation: "a batch that comes in two pages",
        source: SECRETS_MANAGER,
        answers: &[
            (
                200,
                JSON,
                r#"{"SecretValues":[{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-a1b2c3","Name":"a","VersionId":"11111111-1111-4111-8111-111111111111","SecretString":"value of a","VersionStages":["AWSCURRENT"],"CreatedDate":1700000000.0}],"Errors":[],"NextToken":"n"}"#,
            ),
            (
                200,
                JSON,
                r#"{"SecretValues":[{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-a1b2c3","Name":"b","VersionId":"22222222-2222-4222-8222-222222222222","SecretString":"value of b","VersionStages":["AWSCURRENT"],"CreatedDate":1700000000.0}],"Errors":[]}"#,
            ),
        ],
    },
    Case {
        id: "aws.batch-denied-each",
        situation: "a batch of `a` and `b`, each denied",
        source: SECRETS_MANAGER,
        answers: &[(
            200,
            JSON,
            r#"{"SecretValues":[],"Errors":[{"SecretId":"a","ErrorCode":"AccessDeniedException","Message":"no identity-based policy allows it"},{"SecretId":"b","ErrorCode":"AccessDeniedException","Message":"no identity-based policy allows it"}]}"#,
        )],
    },
    Case {
        id: "aws.clock-skew",
        situation: "the caller's clock is off by years",
        source: COMMON,
        answers: &[(
            403,
            &[("content-type", "application/x-amz-json-1.1"), ("date", "Mon, 01 Jan 2001 00:00:00 GMT")],
            r#"{"__type":"InvalidSignatureException","message":"Signature expired: 20010101T000000Z is now earlier than 20010101T010000Z"}"#,
        )],
    },
    Case {
        id: "aws.rotation-begun",
        situation: "a rotation has made a pending version, and then moves it",
        source: SECRETS_MANAGER,
        answers: &[
            (
                200,
                JSON,
                r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1b2c3","Name":"prod/db","RotationEnabled":true,"VersionIdsToStages":{"11111111-1111-4111-8111-111111111111":["AWSCURRENT"],"22222222-2222-4222-8222-222222222222":["AWSPENDING"]}}"#,
            ),
            (
                200,
                JSON,
                r#"{"ARN":"arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1b2c3","Name":"prod/db","RotationEnabled":true,"VersionIdsToStages":{"11111111-1111-4111-8111-111111111111":["AWSPREVIOUS"],"22222222-2222-4222-8222-222222222222":["AWSCURRENT","AWSPENDING"]}}"#,
            ),
        ],
    },
    Case {
        id: "aws.cut-error",
        situation: "the text of an error breaks off",
        source: COMMON,
        answers: &[(400, JSON, r#"{"__type":"AccessDen"#)],
    },
    Case {
        id: "vault.index-not-present",
        situation: "a replica has not seen the caller's last write yet",
        source: VAULT,
        answers: &[
            (412, VAULT_JSON, r#"{"errors":["required index state not present"]}"#),
            (200, VAULT_JSON, VAULT_SECRET),
        ],
    },
    Case {
        id: "vault.recovery-secondary",
        situation: "a secondary for disaster recovery answers",
        source: VAULT,
        answers: &[(472, &[], "")],
    },
    Case {
        id: "vault.performance-standby",
        situation: "a performance standby answers a request for its health",
        source: VAULT,
        answers: &[(473, &[], "")],
    },
    Case {
        id: "vault.invalid-token",
        situation: "the token is unknown, as HashiCorp's own says it",
        source: VAULT,
        answers: &[(
            403,
            VAULT_JSON,
            "{\"errors\":[\"2 errors occurred:\\n\\t* permission denied\\n\\t* invalid token\\n\\n\"]}",
        )],
    },
    Case {
        id: "vault.standby-redirect",
        situation: "a standby sends the client to a host that it does not know",
        source: VAULT,
        answers: &[(307, &[("location", "https://elsewhere.invalid/v1/secret/data/prod/db")], "")],
    },
    Case {
        id: "any.portal",
        situation: "a portal's page in place of an answer",
        source: "RFC 8952, section 2, and what such portals do",
        answers: &[(200, HTML, PORTAL)],
    },
    Case {
        id: "any.bad-gateway",
        situation: "a proxy's page about a server that is gone",
        source: "RFC 9110, section 15.6.3",
        answers: &[(502, HTML, "<html><body><h1>502 Bad Gateway</h1></body></html>")],
    },
    Case {
        id: "any.cut-json",
        situation: "an answer whose JSON breaks off",
        source: "RFC 8259: a text that ends within a value is none",
        answers: &[(200, &[("content-type", "application/json")], r#"{"data":{"data":{"passw"#)],
    },
];

/// Sends the client to another place, as a standby or a stranger does.
///
/// ```
/// use reticent_testkit::fake::cases;
///
/// assert_eq!(cases::redirect_to("http://127.0.0.1:1").status(), 307);
/// ```
#[must_use]
pub fn redirect_to(url: &str) -> Reply {
    Reply::new(307).with_header("location", url)
}
