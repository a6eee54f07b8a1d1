-- Run by the image of PostgreSQL when it makes a new database. Deskbell gets a plain role that owns its database and can do
-- nothing else on the server. The superuser has no password afterwards, so nobody signs in as it over the network:
-- docker-compose exec postgres psql --username=postgres
\getenv password POSTGRES_PASSWORD
create role deskbell login password :'password';
create database deskbell owner deskbell;
alter role postgres password null;
