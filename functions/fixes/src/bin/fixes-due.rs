//! Lambda `fixes-due`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::due::FUNCTION)
}
