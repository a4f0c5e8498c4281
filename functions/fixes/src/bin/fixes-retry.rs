//! Lambda `fixes-retry`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::retry::FUNCTION)
}
