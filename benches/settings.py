"""The same 50 fields as in `settings.rs`, for pydantic-settings.

Reads how many loads to make, one number a line, and answers each with the median time of one, in nanoseconds.
"""

import sys
from datetime import timedelta
from statistics import median
from time import perf_counter_ns
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, HttpUrl, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def is_token(value: SecretStr) -> SecretStr:
    # Constraints of text do not apply to a SecretStr.
    if not value.get_secret_value().startswith("tok_"):
        raise ValueError("expected tok_ at its beginning")
    return value


Token = Annotated[SecretStr, AfterValidator(is_token)]
Password = Annotated[SecretStr, Field(min_length=16)]
Count = Annotated[int, Field(ge=1, le=1000)]
U16 = Annotated[int, Field(ge=0, le=65535)]
U32 = Annotated[int, Field(ge=0, le=2**32 - 1)]
U64 = Annotated[int, Field(ge=0, le=2**64 - 1)]


class App(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", secrets_dir="mounted", extra="ignore")

    app_name: str
    app_owner: str
    app_region: str
    app_zone: str
    app_version: Annotated[str, Field(min_length=3, max_length=20)]
    app_host: str
    app_listen: str
    app_time_zone: str
    app_locale: str
    app_title: str
    app_bucket: str
    app_queue: str
    app_topic: str
    app_user: str
    app_realm: Annotated[str, Field(pattern="^[a-z]+(-[a-z]+)*$")]
    db_password: Password
    cache_password: Password
    mail_password: Password
    session_secret: Annotated[SecretStr, Field(min_length=32)]
    api_token: Token
    signing_key: SecretStr
    webhook_secret: SecretStr
    oauth_client_secret: SecretStr
    storage_secret: SecretStr
    metrics_token: SecretStr
    port: U16
    admin_port: U16
    db_port: U16
    db_pool: Count
    workers: Count
    backlog: U32
    upload_limit: U64
    retry_limit: U32
    debug: bool
    trace: bool
    access_log: bool
    metrics: bool
    db_enabled: bool
    mail_enabled: bool
    connect_timeout: timedelta
    read_timeout: timedelta
    session_lifetime: timedelta
    cache_lifetime: timedelta
    public_url: HttpUrl
    allowed_hosts: list[str]
    cors_origins: list[str]
    admins: list[str]
    log_level: Literal["trace", "debug", "info", "warn", "error"]
    log_format: Literal["text", "json"]
    same_site: Literal["strict", "lax", "none"]


assert len(App.model_fields) == 50


def load() -> int:
    started = perf_counter_ns()
    App()
    return perf_counter_ns() - started


for line in sys.stdin:
    print(median(load() for _ in range(int(line))), flush=True)
