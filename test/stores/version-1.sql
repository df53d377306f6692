PRAGMA application_id = 1684499826;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE runs (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    labels TEXT NOT NULL,
    idempotency_key TEXT UNIQUE,
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    seq INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    owner TEXT
  );
INSERT INTO runs VALUES(1,'.agents','','running','{}',NULL,1795731123609,NULL,5,1,'{"process":{"pid":4711,"start":1,"bootId":"5f0c1c52-0000-4000-8000-000000000000","pidNamespace":"pid:[1]"},"id":"01a219ea-6d97-7000-b401-c79e244de99e"}');
INSERT INTO runs VALUES(2,'one-task','one','completed','{"team":"a"}',NULL,1795731123625,1795731123631,8,1,'{"process":{"pid":4711,"start":1,"bootId":"5f0c1c52-0000-4000-8000-000000000000","pidNamespace":"pid:[1]"},"id":"01a219ea-6d97-7000-b401-c79e244de99e"}');
INSERT INTO runs VALUES(3,'with-an-agent','letters','completed','{}','order 7',1795731123639,1795731123641,8,1,'{"process":{"pid":4711,"start":1,"bootId":"5f0c1c52-0000-4000-8000-000000000000","pidNamespace":"pid:[1]"},"id":"01a219ea-6d97-7000-b401-c79e244de99e"}');
INSERT INTO runs VALUES(4,'redriven','shaky','completed','{}',NULL,1795731123646,1795731123665,21,1,'{"process":{"pid":4711,"start":1,"bootId":"5f0c1c52-0000-4000-8000-000000000000","pidNamespace":"pid:[1]"},"id":"01a219ea-6d97-7000-b401-c79e244de99e"}');
INSERT INTO runs VALUES(5,'open','open','running','{}',NULL,1795731123675,NULL,7,1,'{"process":{"pid":4711,"start":1,"bootId":"5f0c1c52-0000-4000-8000-000000000000","pidNamespace":"pid:[1]"},"id":"01a219ea-6d97-7000-b401-c79e244de99e"}');
CREATE TABLE facts (
    key INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    lines TEXT NOT NULL
  );
INSERT INTO facts VALUES(1,1,1,3897695786,'{"seq":1,"at":1795731123609,"type":"agent.registered","agentId":"ada","capabilities":["write"],"maxLoad":1,"ttlMs":300000}');
INSERT INTO facts VALUES(2,2,1,3410607848,replace('{"seq":1,"at":1795731123625,"runId":"one-task","type":"run.created","name":"one","structure":[{"id":"only","needs":[],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"}],"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":"8bed834b5f4e8594","labels":{"team":"a"}}\n{"seq":2,"at":1795731123625,"runId":"one-task","type":"run.started"}\n{"seq":3,"at":1795731123625,"runId":"one-task","type":"task.ready","taskId":"only","causeSeq":2}\n{"seq":4,"at":1795731123625,"runId":"one-task","type":"task.dispatched","taskId":"only","attempt":1,"executor":"inline"}\n{"seq":5,"at":1795731123625,"runId":"one-task","type":"task.starting","taskId":"only","attempt":1,"until":1795731153625}','\n',char(10)));
INSERT INTO facts VALUES(3,2,6,3522920792,'{"seq":6,"at":1795731123630,"runId":"one-task","type":"task.started","taskId":"only","attempt":1}');
INSERT INTO facts VALUES(4,2,7,236375094,replace('{"seq":7,"at":1795731123631,"runId":"one-task","type":"task.completed","taskId":"only","attempt":1,"output":"done"}\n{"seq":8,"at":1795731123631,"runId":"one-task","type":"run.completed"}','\n',char(10)));
INSERT INTO facts VALUES(5,3,1,2672454718,replace('{"seq":1,"at":1795731123639,"runId":"with-an-agent","type":"run.created","name":"letters","structure":[{"id":"draft","needs":[],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip","agent":{"requires":["write"],"fallback":[]}}],"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":"772ced12fe89fb78","idempotencyKey":"order 7"}\n{"seq":2,"at":1795731123639,"runId":"with-an-agent","type":"run.started"}\n{"seq":3,"at":1795731123639,"runId":"with-an-agent","type":"task.ready","taskId":"draft","causeSeq":2}\n{"seq":4,"at":1795731123639,"runId":"with-an-agent","type":"task.dispatched","taskId":"draft","attempt":1,"executor":"inline","agentId":"ada"}\n{"seq":5,"at":1795731123639,"runId":"with-an-agent","type":"task.starting","taskId":"draft","attempt":1,"until":1795731153639}','\n',char(10)));
INSERT INTO facts VALUES(6,1,2,2912485993,replace('{"seq":2,"at":1795731123639,"type":"usage.recorded","agentId":"ada","runId":"with-an-agent","taskId":"draft","attempt":1,"of":"started"}\n{"seq":3,"at":1795731123639,"type":"agent.busy","agentId":"ada","load":1}','\n',char(10)));
INSERT INTO facts VALUES(7,3,6,2674028737,'{"seq":6,"at":1795731123641,"runId":"with-an-agent","type":"task.started","taskId":"draft","attempt":1}');
INSERT INTO facts VALUES(8,1,4,4132483853,replace('{"seq":4,"at":1795731123641,"type":"agent.available","agentId":"ada","load":0}\n{"seq":5,"at":1795731123641,"type":"usage.recorded","agentId":"ada","runId":"with-an-agent","taskId":"draft","attempt":1,"of":"completed","returned":0}','\n',char(10)));
INSERT INTO facts VALUES(9,3,7,4284699877,replace('{"seq":7,"at":1795731123641,"runId":"with-an-agent","type":"task.completed","taskId":"draft","attempt":1,"output":"Grüße\n\"zitiert\" \u0000 😀"}\012{"seq":8,"at":1795731123641,"runId":"with-an-agent","type":"run.completed"}','\012',char(10)));
INSERT INTO facts VALUES(10,4,1,243729927,replace('{"seq":1,"at":1795731123646,"runId":"redriven","type":"run.created","name":"shaky","structure":[{"id":"first","needs":[],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"},{"id":"second","needs":["first"],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"}],"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":"f1260782dc402ac6"}\n{"seq":2,"at":1795731123646,"runId":"redriven","type":"run.started"}\n{"seq":3,"at":1795731123646,"runId":"redriven","type":"task.ready","taskId":"first","causeSeq":2}\n{"seq":4,"at":1795731123646,"runId":"redriven","type":"task.dispatched","taskId":"first","attempt":1,"executor":"inline"}\n{"seq":5,"at":1795731123646,"runId":"redriven","type":"task.starting","taskId":"first","attempt":1,"until":1795731153646}','\n',char(10)));
INSERT INTO facts VALUES(11,4,6,988496759,'{"seq":6,"at":1795731123647,"runId":"redriven","type":"task.started","taskId":"first","attempt":1}');
INSERT INTO facts VALUES(12,4,7,564451087,replace('{"seq":7,"at":1795731123648,"runId":"redriven","type":"task.completed","taskId":"first","attempt":1,"output":1}\n{"seq":8,"at":1795731123648,"runId":"redriven","type":"task.ready","taskId":"second","causeSeq":7}\n{"seq":9,"at":1795731123648,"runId":"redriven","type":"task.dispatched","taskId":"second","attempt":1,"executor":"inline"}\n{"seq":10,"at":1795731123648,"runId":"redriven","type":"task.starting","taskId":"second","attempt":1,"until":1795731153648}','\n',char(10)));
INSERT INTO facts VALUES(13,4,11,3937185607,'{"seq":11,"at":1795731123653,"runId":"redriven","type":"task.started","taskId":"second","attempt":1}');
INSERT INTO facts VALUES(14,4,12,1925674185,replace('{"seq":12,"at":1795731123654,"runId":"redriven","type":"task.failed","taskId":"second","attempt":1,"failure":{"code":"HANDLER_THREW","message":"no","severity":"error","retryable":true,"at":1795731123654},"ignored":false,"deadLettered":false,"abandoned":false}\n{"seq":13,"at":1795731123654,"runId":"redriven","type":"run.failed"}','\n',char(10)));
INSERT INTO facts VALUES(15,4,14,3653519512,replace('{"seq":14,"at":1795731123656,"runId":"redriven","type":"run.redriven","tasks":["second"]}\n{"seq":15,"at":1795731123656,"runId":"redriven","type":"task.redriven","taskId":"second","from":"failed","causeSeq":14}\n{"seq":16,"at":1795731123656,"runId":"redriven","type":"task.ready","taskId":"second","causeSeq":14}\n{"seq":17,"at":1795731123656,"runId":"redriven","type":"task.dispatched","taskId":"second","attempt":2,"executor":"inline"}\n{"seq":18,"at":1795731123656,"runId":"redriven","type":"task.starting","taskId":"second","attempt":2,"until":1795731153656}','\n',char(10)));
INSERT INTO facts VALUES(16,4,19,4006281799,'{"seq":19,"at":1795731123665,"runId":"redriven","type":"task.started","taskId":"second","attempt":2}');
INSERT INTO facts VALUES(17,4,20,1611651222,replace('{"seq":20,"at":1795731123665,"runId":"redriven","type":"task.completed","taskId":"second","attempt":2,"output":2}\n{"seq":21,"at":1795731123665,"runId":"redriven","type":"run.completed"}','\n',char(10)));
INSERT INTO facts VALUES(18,5,1,467337773,replace('{"seq":1,"at":1795731123675,"runId":"open","type":"run.created","name":"open","structure":[{"id":"question","needs":[],"rule":"all-completed","executor":"inline","priority":0,"uses":{},"maxAttempts":1,"onFailure":"skip"}],"limits":{"concurrency":4,"pools":{},"timeoutMs":null},"fingerprint":"761a3313745864db"}\n{"seq":2,"at":1795731123675,"runId":"open","type":"run.started"}\n{"seq":3,"at":1795731123675,"runId":"open","type":"task.ready","taskId":"question","causeSeq":2}\n{"seq":4,"at":1795731123675,"runId":"open","type":"task.dispatched","taskId":"question","attempt":1,"executor":"inline"}\n{"seq":5,"at":1795731123675,"runId":"open","type":"task.starting","taskId":"question","attempt":1,"until":1795731153675}','\n',char(10)));
INSERT INTO facts VALUES(19,5,6,4230947739,replace('{"seq":6,"at":1795731123676,"runId":"open","type":"task.started","taskId":"question","attempt":1}\n{"seq":7,"at":1795731123676,"runId":"open","type":"task.asked","taskId":"question","attempt":1,"of":"handler","question":"Go on?"}','\n',char(10)));
CREATE TABLE dropped (run INTEGER PRIMARY KEY);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('runs',5);
CREATE INDEX runs_by_creation ON runs (created_at);
CREATE INDEX runs_by_settlement ON runs (settled_at) WHERE settled_at IS NOT NULL;
CREATE UNIQUE INDEX facts_by_run ON facts (run, seq);
COMMIT;
