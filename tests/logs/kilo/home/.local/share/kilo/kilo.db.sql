CREATE TABLE session (id TEXT PRIMARY KEY, directory TEXT NOT NULL, time_created INTEGER NOT NULL);
CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, time_created INTEGER NOT NULL, data TEXT NOT NULL);
INSERT INTO session VALUES ('k1', '/home/dev/project', 1788256800000);
INSERT INTO session VALUES ('k2', '/home/dev/elsewhere', 1788256800000);
INSERT INTO message VALUES ('k1m', 'k1', 1788256805000, '{"role":"assistant","time":{"created":1788256805000,"completed":1788256807000},"modelID":"glm-4.6","providerID":"anthropic","mode":"build","path":{"cwd":"/home/dev/project","root":"/home/dev/project"},"cost":0,"tokens":{"input":5,"output":50,"reasoning":0,"cache":{"read":500,"write":0}}}');
INSERT INTO message VALUES ('k2m', 'k2', 1788256805000, '{"role":"assistant","time":{"created":1788256806000,"completed":1788256808000},"modelID":"glm-4.6","providerID":"anthropic","mode":"build","path":{"cwd":"/home/dev/project","root":"/home/dev/project"},"cost":0,"tokens":{"input":5,"output":50,"reasoning":0,"cache":{"read":500,"write":0}}}');
