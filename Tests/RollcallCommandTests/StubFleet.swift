import StubDaemon

/// A stub with two services that answers every call of the command line.
enum StubFleet {
    static let uuids = ["3f2a0000-0000-4000-8000-000000000001", "3f2a0000-0000-4000-8000-000000000002"]

    private static func service(_ number: Int, _ state: String, _ reason: String) -> String {
        #"""
        {"uuid":"\#(uuids[number - 1])","host":"node\#(number)","binary":"nova-compute","topic":"compute","zone":"az1",
        "status":"disabled","disabled_reason":"say \"why\", then\nwhen","state":"\#(state)","state_reason":"\#(reason)",
        "state_since":"2026-11-21T02:00:00.000000Z","last_state":null,"forced_down":false,"version":74,
        "report_interval":10,"report_count":9007199254740993,"last_seen_up":"2026-11-21T02:59:57.000000Z","age":3.25,
        "incarnation":"yes","incarnation_number":1,"workers":[{"worker":"","incarnation":"yes","incarnation_number":1,
        "version":74,"last_seen_up":null,"age":3.25}],"driver":"database","flapping":false,"created_at":null,
        "updated_at":null,"index":\#(number),"later":{"b":[1,2.5],"a":"x"}}
        """#
    }

    private static let transition = #"""
        {"revision":6,"kind":"state","uuid":"u","host":"node2","binary":"nova-compute","topic":"compute","zone":"az1",
        "from":"up","to":"down","reason":"heartbeat_missed","at":"2026-11-21T02:59:00.000000Z"}
        """#

    static let answer: StubDaemon.Answer = { request in
        let up = service(1, "up", "heartbeat")
        let down = service(2, "down", "heartbeat_missed")
        switch (request.method, request.path) {
        case ("GET", "/v1/services"):
            let isNobody = request.target.contains("nobody")
            let isOne = request.target.contains("host=node1")
            let services = isNobody ? "" : isOne ? up : up + "," + down
            return StubReply(#"{"services":[\#(services)],"revision":5,"log_id":"l","next_marker":null}"#)
        case ("POST", "/v1/services"):
            return StubReply(status: 201, up)
        case ("PATCH", _):
            return StubReply(up)
        case ("DELETE", _):
            return .nothing
        case ("GET", "/v1/services/node1/nova-compute/state"):
            return StubReply(#"{"state":"up","reason":"heartbeat","age":3.25}"#)
        case ("GET", let path) where path.hasSuffix("/explanation"):
            return StubReply(
                #"""
                {"verdict":{"state":"up","reason":"heartbeat","since":"2026-11-21T02:00:00Z"},
                "evidence":[{"kind":"heartbeat","text":"heard 3 s ago","at":"2026-11-21T02:59:57Z","age":3}],
                "changes_when":[{"text":"no heartbeat comes","state":"down","in":57}]}
                """#
            )
        case ("GET", let path) where path.hasSuffix("/history"):
            return StubReply(#"{"transitions":[\#(transition)]}"#)
        case ("GET", "/v1/transitions"):
            return StubReply(#"{"transitions":[\#(transition)],"revision":6,"log_id":"l"}"#)
        case ("GET", "/v1/groups"):
            return StubReply(#"{"groups":[{"topic":"compute","zone":"az1","up":1,"down":1,"unknown":0}]}"#)
        case ("GET", "/v1/versions/nova-compute"):
            return StubReply(
                #"""
                {"binary":"nova-compute","min":73,"max":74,"counts":[{"version":73,"count":1},{"version":74,"count":1}],
                "minimum_held_by":[{"uuid":"u","host":"node2","state":"down"}]}
                """#
            )
        case ("GET", "/v1/daemons"):
            return StubReply(
                #"""
                {"daemons":[{"id":"d1","host":"c1","release":"1.0.0","schema_min":1,"schema_max":1,"phase_seen":"both",
                "flush_lag":0.2,"last_seen":"2026-11-21T02:59:59Z","left_at":null,"retired_at":null,
                "differing_settings":["brake.fraction"]}]}
                """#
            )
        case ("GET", "/v1/brake"), ("POST", "/v1/brake/release"):
            return StubReply(
                #"""
                {"brakes":[{"scope":"compute/az1","engaged_at":"2026-11-21T02:59:59Z","engaged_by":"d1","members":1000,
                "silent":600,"released_at":null,"by":null}]}
                """#
            )
        case ("GET", "/v1/drivers"), ("POST", "/v1/drivers/switch"):
            return StubReply(
                #"""
                {"drivers":[{"name":"database","deciding":true,"health":"ok","disagreements":0,
                "guarantees":{"granularity":0.000001}},{"name":"memcached","deciding":false,"health":"ok",
                "disagreements":1,"guarantees":{"granularity":1}}]}
                """#
            )
        case ("GET", "/v1/drivers/disagreements"):
            return StubReply(
                #"""
                {"disagreements":[{"driver":"memcached","host":"node1","binary":"nova-compute","uuid":"u","state":"up",
                "state_reason":"heartbeat","opinion":"down","last_shown":75.5,"since":"2026-11-21T02:59:59Z"}],"count":1}
                """#
            )
        case ("PUT", _):
            return StubReply(
                #"""
                {"index":0,"host":"node1","binary":"nova-compute","worker":"","uuid":"u","incarnation_number":1,
                "state":"up","state_reason":"heartbeat","status":"enabled","report_interval":10,"next_report_in":9.5,
                "deadline_in":60}
                """#
            )
        default:
            return .error(404, "not_found", "no such route")
        }
    }
}
