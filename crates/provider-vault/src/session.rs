//! One identity at one server, shared by every call: it logs in when needed, renews in time and takes a refusal apart.
//!
//! The decision: no task runs. What is due is done by the next call, or by whoever polls `keep_alive`; one login serves
//! all who wait for it. The cost is that a program which neither calls nor polls lets its token end, and logs in anew.

mod token;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reticent_core::{ErrorKind, Flight, Secret};
use tokio::time::Instant;

use crate::client::{Call, Client, token_header};
use crate::error::{Outcome, Problem, judge};
use crate::json::Object;
use crate::login::VaultLogin;
use crate::reply::Reply;
pub(crate) use token::Token;
use token::{Due, Life};

/// How often a token's file is looked at while nothing else is due.
const FILE_INTERVAL: Duration = Duration::from_secs(30);

/// For how long a new token that may not look itself up is taken for alive.
const TRUSTED_FOR: Duration = Duration::from_secs(60);

/// The identity.
pub(crate) struct Session {
    client: Arc<Client>,
    login: Option<VaultLogin>,
    state: Mutex<State>,
    work: Flight<Work, Outcome<Arc<Token>>>,
}

#[derive(Default)]
struct State {
    token: Option<Arc<Token>>,
    generation: u64,
    /// A secret id that lay wrapped; it is unwrapped once.
    unwrapped: Option<Secret>,
    /// It was asked for, and no answer came: the server may have handed it out.
    unwrapping: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Work {
    LogIn,
    Renew,
}

/// An answer, and the token under which it was given.
pub(crate) struct Answer {
    pub(crate) reply: Reply,
    pub(crate) token: Arc<Token>,
}

impl Session {
    pub(crate) fn new(client: Arc<Client>, login: Option<VaultLogin>) -> Arc<Self> {
        Arc::new(Self { client, login, state: Mutex::default(), work: Flight::new() })
    }

    /// Sends `call` as this identity, and once more under a new token when the old one is dead.
    ///
    /// What is denied is an error; every other answer is returned, whatever its status.
    pub(crate) async fn send(self: &Arc<Self>, call: &Call) -> Outcome<Answer> {
        let token = self.token().await?;
        self.send_under(token, call).await
    }

    /// Sends what is answered with a lease, under a token that is good for a while.
    pub(crate) async fn send_for_lease(self: &Arc<Self>, call: &Call) -> Outcome<Answer> {
        let mut token = self.token().await?;
        if token.ends_soon() && self.can_log_in() {
            token = self.log_in(Some(token.generation)).await?;
        }
        self.learn(&token).await?;
        self.send_under(token, call).await
    }

    async fn send_under(self: &Arc<Self>, token: Arc<Token>, call: &Call) -> Outcome<Answer> {
        let reply = self.client.send(call, Some(&token.header)).await?;
        if reply.status != 403 {
            return Ok(Answer { reply, token });
        }
        let fresh = self.replacement(&token, &reply).await?;
        let reply = self.client.send(call, Some(&fresh.header)).await?;
        if reply.status != 403 {
            return Ok(Answer { reply, token: fresh });
        }
        // A new token is alive; if it may not look itself up either, later refusals are taken for what they are.
        let looked = self.client.send(&look_self_up(), Some(&fresh.header)).await?;
        if looked.status == 403 {
            fresh.cannot_look_itself_up();
        }
        Err(judge(&reply).expect("403 is a refusal"))
    }

    /// Returns the token to try again with after a refusal, or says that it was meant.
    async fn replacement(self: &Arc<Self>, refused: &Arc<Token>, reply: &Reply) -> Outcome<Arc<Token>> {
        let denied = || judge(reply).expect("403 is a refusal");
        if let Some(current) = self.current().filter(|current| current.generation != refused.generation) {
            return Ok(current);
        }
        if refused.is_trusted_for(TRUSTED_FOR) {
            return Err(denied());
        }
        let looked = self.client.send(&look_self_up(), Some(&refused.header)).await?;
        match looked.status {
            200 => {
                refused.set_life(Life::of_lookup(&looked)?);
                Err(denied())
            }
            403 if self.can_log_in() => {
                let fresh = self.log_in(Some(refused.generation)).await?;
                if fresh.header == refused.header { Err(dead_token()) } else { Ok(fresh) }
            }
            403 => Err(dead_token()),
            _ => Err(judge(&looked).unwrap_or_else(denied)),
        }
    }

    /// Proves that the server knows us; reads no secret.
    pub(crate) async fn check(self: &Arc<Self>) -> Outcome<()> {
        let token = self.token().await?;
        let looked = self.client.send(&look_self_up(), Some(&token.header)).await?;
        match judge(&looked) {
            None => Ok(()),
            Some(problem) if problem.kind != ErrorKind::AccessDenied => Err(problem),
            // A token without the default policy may not do this much; whether it lives, a login tells.
            Some(_) if token.is_trusted_for(TRUSTED_FOR) => Ok(()),
            Some(_) if self.can_log_in() => {
                let fresh = self.log_in(Some(token.generation)).await?;
                if fresh.header == token.header {
                    return Err(dead_token());
                }
                let looked = self.client.send(&look_self_up(), Some(&fresh.header)).await?;
                if looked.status == 403 {
                    fresh.cannot_look_itself_up();
                }
                Ok(())
            }
            Some(_) => Err(dead_token()),
        }
    }

    /// Does what is due, and says when to come again; `None` when nothing ever will be.
    pub(crate) async fn keep_alive(self: &Arc<Self>) -> Outcome<Option<Duration>> {
        let token = self.token().await?;
        self.learn(&token).await?;
        let due = token.due_in(self.can_log_in());
        let is_file =
            self.login.as_ref().is_some_and(|login| login.mount().is_none() && login.can_renew_itself());
        Ok(if is_file { Some(due.map_or(FILE_INTERVAL, |due| due.min(FILE_INTERVAL))) } else { due })
    }

    /// Returns a token that is good now.
    async fn token(self: &Arc<Self>) -> Outcome<Arc<Token>> {
        let Some(token) = self.current() else { return self.log_in(None).await };
        if self.has_changed_file(&token) {
            return self.log_in(Some(token.generation)).await;
        }
        let done = match token.due(self.can_log_in()) {
            Due::Nothing => return Ok(token),
            Due::Renewal => match self.renew(&token).await {
                Err(problem) if !problem.is_transient() && self.can_log_in() => {
                    self.log_in(Some(token.generation)).await
                }
                done => done,
            },
            Due::Login => self.log_in(Some(token.generation)).await,
        };
        // While the old one lives, it serves.
        done.or_else(|problem| {
            token.rest();
            if token.is_alive() { Ok(token) } else { Err(problem) }
        })
    }

    /// Asks once how long a token lives that was handed to us.
    async fn learn(&self, token: &Token) -> Outcome<()> {
        if token.is_known() {
            return Ok(());
        }
        let looked = self.client.send(&look_self_up(), Some(&token.header)).await?;
        match judge(&looked) {
            None => token.set_life(Life::of_lookup(&looked)?),
            Some(problem) if problem.is_transient() => return Err(problem),
            // It may be dead, or not be allowed to ask: the call itself will tell.
            Some(_) => {}
        }
        Ok(())
    }

    /// Logs in, or joins the login under way; one that has replaced `old` already is returned.
    async fn log_in(self: &Arc<Self>, old: Option<u64>) -> Outcome<Arc<Token>> {
        let session = Arc::clone(self);
        self.work
            .join(&Work::LogIn, || async move {
                match session.current() {
                    Some(newer) if Some(newer.generation) != old => Ok(newer),
                    _ => session.new_token().await,
                }
            })
            .await
    }

    async fn new_token(&self) -> Outcome<Arc<Token>> {
        let login = self.login.as_ref().ok_or_else(|| {
            Problem::new(ErrorKind::Unauthenticated)
                .with_detail("there is no token and no login")
                .with_hint("set VAULT_TOKEN, log in with `vault login`, or name a login in the settings")
        })?;
        let (secret, life) = match login.ready_token() {
            Some(token) => (token?, Life::unknown()),
            None => self.exchange_login(login).await?,
        };
        let header = token_header(&secret).ok_or_else(|| {
            Problem::new(ErrorKind::Unauthenticated)
                .with_detail("the token is empty, or has a character that no token has")
                .with_hint("see for a line break, a blank or quotation marks in it")
        })?;
        let mut state = self.lock();
        if let Some(same) = state.token.clone().filter(|old| old.header == header) {
            // A file that has not changed: what was leased under the token lives on.
            return Ok(same);
        }
        state.generation += 1;
        let token = Arc::new(Token::new(header, state.generation, life));
        state.token = Some(Arc::clone(&token));
        Ok(token)
    }

    async fn exchange_login(&self, login: &VaultLogin) -> Outcome<(Secret, Life)> {
        let unwrapped = self.unwrapped(login).await?;
        let reply = self.client.send(&login.call(unwrapped.as_ref())?, None).await?;
        if let Some(problem) = judge(&reply) {
            return Err(match reply.status {
                403 => {
                    Problem::new(ErrorKind::Unauthenticated).with_detail("the login is refused").with_hint(
                        "a user is locked out for a while after five failures; else see the login's mount",
                    )
                }
                404 => Problem::new(ErrorKind::Unauthenticated)
                    .with_detail("no such login is mounted")
                    .with_hint("see the login's mount"),
                _ => problem,
            });
        }
        Ok((reply.need("/auth/client_token")?, Life::of_auth(&reply)?))
    }

    /// Returns the secret id that lay wrapped, which can be taken out once.
    async fn unwrapped(&self, login: &VaultLogin) -> Outcome<Option<Secret>> {
        let Some(wrapping) = login.wrapping_token() else { return Ok(None) };
        if let Some(known) = self.lock().unwrapped.clone() {
            return Ok(Some(known));
        }
        let header = token_header(wrapping).ok_or_else(unwrapped_before)?;
        let was_asked = std::mem::replace(&mut self.lock().unwrapping, true);
        let call = Call::post("sys/wrapping/unwrap", Object::new().done());
        let reply = self.client.send(&call, Some(&header)).await?;
        match judge(&reply) {
            Some(problem) if problem.is_transient() => {
                self.lock().unwrapping = was_asked;
                return Err(problem);
            }
            Some(_) if was_asked => return Err(answer_was_lost()),
            Some(_) => {
                self.lock().unwrapping = false;
                return Err(unwrapped_before());
            }
            None => {}
        }
        let secret_id = reply.need("/data/secret_id")?;
        self.lock().unwrapped = Some(secret_id.clone());
        Ok(Some(secret_id))
    }

    async fn renew(self: &Arc<Self>, token: &Arc<Token>) -> Outcome<Arc<Token>> {
        let (session, token) = (Arc::clone(self), Arc::clone(token));
        self.work
            .join(&Work::Renew, || async move {
                let call = Call::post("auth/token/renew-self", Object::new().done());
                let reply = session.client.send(&call, Some(&token.header)).await?;
                match judge(&reply) {
                    Some(problem) if problem.is_transient() => Err(problem),
                    Some(_) => {
                        token.cannot_be_renewed();
                        Err(dead_token())
                    }
                    None => {
                        token.was_renewed(Life::of_auth(&reply)?);
                        Ok(token)
                    }
                }
            })
            .await
    }

    pub(crate) fn current(&self) -> Option<Arc<Token>> {
        self.lock().token.clone()
    }

    fn can_log_in(&self) -> bool {
        self.login.as_ref().is_some_and(VaultLogin::can_renew_itself)
    }

    /// Tells whether the file of the token holds another one by now.
    fn has_changed_file(&self, token: &Token) -> bool {
        let is_file = self.login.as_ref().filter(|login| login.can_renew_itself());
        match is_file.and_then(VaultLogin::ready_token) {
            Some(Ok(now)) => token_header(&now).is_some_and(|header| header != token.header),
            _ => false,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("login", &self.login).finish_non_exhaustive()
    }
}

fn look_self_up() -> Call {
    Call::get("auth/token/lookup-self")
}

fn unwrapped_before() -> Problem {
    Problem::new(ErrorKind::Unauthenticated)
        .with_detail("the wrapped secret id was unwrapped before, or has ended")
        .with_hint("if you did not do that, somebody else has read it: revoke it and make a new one")
}

/// The alarm would be false here: most likely it was we who unwrapped it.
fn answer_was_lost() -> Problem {
    Problem::new(ErrorKind::Unauthenticated)
        .with_detail("the wrapped secret id was asked for, and the answer was lost")
        .with_hint("revoke it and make a new one")
}

fn dead_token() -> Problem {
    Problem::new(ErrorKind::Unauthenticated)
        .with_detail("the token is unknown or has ended")
        .with_hint("log in again; a token without the default policy looks the same")
}

/// Now, by the clock that tests pause.
fn now() -> Instant {
    Instant::now()
}
