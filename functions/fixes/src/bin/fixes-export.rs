//! Lambda `fixes-export`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::export::FUNCTION)
}
