import RollcallWire
import StubDaemon

/// Answers of a daemon that many tests give.
enum Documents {
    static func entry(interval: Double = 10, next: Double = 10) -> StubReply {
        StubReply(
            """
            {"index":0,"host":"h","binary":"b","worker":"","uuid":"u","incarnation_number":1,"state":"up",
            "state_reason":"heartbeat","status":"enabled","report_interval":\(interval),"next_report_in":\(next),
            "deadline_in":60}
            """
        )
    }

    static func state(_ state: String, _ reason: String) -> StubReply {
        StubReply(#"{"state":"\#(state)","reason":"\#(reason)","age":1}"#)
    }
}
