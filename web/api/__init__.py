"""The API: what programs of others read and do under /api/v1, by the same verbs and with the same refusals."""
