/// The library that moves the wall clock of one process (`Tests/WallShift/wallshift.c`).
enum WallShift {
    /// Builds it there; answers where it is, for `LD_PRELOAD`.
    static func build(in place: Workplace) async throws -> String {
        try await CProgram.build("WallShift/wallshift.c", as: "wallshift.so", ["-shared", "-fPIC"], in: place)
    }
}
