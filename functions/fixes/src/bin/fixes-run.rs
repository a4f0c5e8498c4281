//! Lambda `fixes-run`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::run::FUNCTION)
}
