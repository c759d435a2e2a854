import AllocationCount
import LivenessCore

/// What a fleet takes, as the allocator counts it.
enum HeldMemory {
    static func perService(of services: Int) -> Double {
        let before = allocated_bytes()
        let fleet = Fleet(count: services)
        let held = withExtendedLifetime(fleet) { allocated_bytes() - before }
        return Double(held) / Double(fleet.machine.board.count)
    }
}
