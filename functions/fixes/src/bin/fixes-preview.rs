//! Lambda `fixes-preview`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::preview::FUNCTION)
}
