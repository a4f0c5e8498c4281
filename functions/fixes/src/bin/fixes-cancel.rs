//! Lambda `fixes-cancel`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::cancel::FUNCTION)
}
