#!/bin/sh
# Runs once, when the data volume is new. The service's tables belong to fks_owner, who runs the migrations; the API and
# the worker are fks_app, who owns nothing. Temporal has a role and databases of its own.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv owner_password FKS_OWNER_PASSWORD
\getenv app_password FKS_APP_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

create role fks_owner login password :'owner_password';
create role fks_app login password :'app_password';
create database fks owner fks_owner;
revoke all on database fks from public;
grant connect on database fks to fks_app;

create role temporal login password :'temporal_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke all on database temporal, temporal_visibility from public;
SQL
