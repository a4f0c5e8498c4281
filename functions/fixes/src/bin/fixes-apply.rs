//! Lambda `fixes-apply`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::apply::FUNCTION)
}
