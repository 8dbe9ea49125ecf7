# One image for api, worker and the one-off jobs; the command says which. Debian rather than Alpine,
# because the Temporal SDK's native part is built for glibc.
FROM node:20.20.2-bookworm-slim AS base
WORKDIR /app

# Compiles, with everything installed. Nothing of this stage but dist/ reaches the image.
FROM base AS build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build

# The packages production needs. No install scripts: none of these packages needs one, and a package
# that is taken over could run code here. Of the Temporal SDK's native part only this platform's build
# stays: the other four are a third of everything installed.
FROM base AS packages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && npm cache clean --force \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM base AS production
ENV NODE_ENV=production
# Owned by root and not writable for the user below: a process that is taken over cannot change its code.
COPY package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Uploaded images and sellers' documents: the places the product writes to. A volume mounted here takes over its owner.
RUN install -d -o node -g node /var/lib/mallflow/images \
  && install -d -o node -g node -m 700 /var/lib/mallflow/documents
ENV MALLFLOW_IMAGE_DIR=/var/lib/mallflow/images
ENV MALLFLOW_DOCUMENT_DIR=/var/lib/mallflow/documents
USER node

# api and worker both answer /readyz, each on the port its environment names.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.MALLFLOW_WORKER_PORT || process.env.PORT) + '/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

CMD ["node", "dist/api/main.js"]
