//! Lambda `fixes-undo`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::undo::FUNCTION)
}
