-- A head with a due time is between attempts. Versions before took the time away when it came.
UPDATE head SET due_time = (SELECT coalesce(m.start_time, m.create_time) FROM message m WHERE m.key = head.message)
WHERE status = 0 AND due_time IS NULL AND (SELECT m.state FROM message m WHERE m.key = head.message) = 1;
