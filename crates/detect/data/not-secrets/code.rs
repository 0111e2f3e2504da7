let token = request.headers().get("x-api-key");
let password = read_password_from_terminal()?;
const SECRET_NAME: &str = "database-credentials";
let api_key = config.get_string("api_key_variable_name")?;
assert_ne!(session_token, previous_session_token);
struct Credentials { access_key_id: String, secret_access_key: SecretString }
let url = format!("https://{user}:{password}@{host}/");
