CREATE TABLE sessions (id TEXT PRIMARY KEY, cwd TEXT, repository TEXT, created_at TEXT);
CREATE TABLE turns (session_id TEXT, turn_index INTEGER, user_message TEXT);
CREATE TABLE assistant_usage_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, turn_index INTEGER, model TEXT NOT NULL,
  copilot_usage_model TEXT, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
  cache_write_tokens INTEGER, reasoning_tokens INTEGER, initiator TEXT, created_at TEXT);
INSERT INTO sessions VALUES
  ('c1', '/home/dev/project', NULL, '2026-09-01T10:00:00.000Z'),
  ('c2', '/home/dev/elsewhere', NULL, '2026-09-01T10:00:00.000Z'),
  ('c3', NULL, NULL, '2026-09-01T10:00:00.000Z');
INSERT INTO assistant_usage_events
  (session_id, model, copilot_usage_model, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, created_at)
VALUES
  ('c1', 'auto', 'claude-sonnet-5', 10000, 100, 8000, 1500, 20, '2026-09-01T10:00:05.000Z'),
  ('c1', 'gpt-6-luna', NULL, 500, 50, NULL, NULL, NULL, '2026-09-01 10:00:10'),
  ('c2', 'gpt-6-luna', NULL, 1, 1, 0, 0, 0, '2026-09-01T10:00:11.000Z'),
  ('c3', 'gpt-6-luna', NULL, 300, 30, 0, 0, 0, '2026-09-01T10:00:12.000Z'),
  ('c1', 'gpt-6-luna', NULL, -1, 30, 0, 0, 0, '2026-09-01T10:00:13.000Z'),
  ('c1', 'gpt-6-luna', NULL, 5, 5, 0, 0, 0, 'now'),
  ('c9', 'gpt-6-luna', NULL, 5, 5, 0, 0, 0, '2026-09-01T10:00:14.000Z');
