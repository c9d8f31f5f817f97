#!/bin/sh
# Makes the namespace and the search attributes that the workflows set; safe to run again.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, as the temporal program does.
set -eu

# A server that has just started answers before it knows its namespaces, so every step is tried for a while.
try() {
  attempt=1
  until said=$("$@" 2>&1); do
    if [ "$attempt" -ge 60 ]; then
      echo "gave up after $attempt attempts: $*" >&2
      echo "$said" >&2
      exit 1
    fi
    attempt=$((attempt + 1))
    sleep 2
  done
}

namespace_exists() {
  temporal operator namespace describe >/dev/null 2>&1 ||
    temporal operator namespace create --retention 30d --namespace "$TEMPORAL_NAMESPACE"
}

search_attribute_exists() {
  temporal operator search-attribute list --output json | grep -q "\"$1\"" ||
    temporal operator search-attribute create --name "$1" --type Keyword
}

try temporal operator cluster health
try namespace_exists
for name in portfolioId jobKind decisionState; do
  try search_attribute_exists "$name"
done
echo "namespace $TEMPORAL_NAMESPACE is ready"
