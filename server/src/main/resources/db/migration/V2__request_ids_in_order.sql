-- The id first: clients make ids that rise with time, so new ones stand side by side instead of one page a workspace.
DROP INDEX message_request;
CREATE INDEX message_request ON message (request_id, workspace) WHERE request_id IS NOT NULL;
