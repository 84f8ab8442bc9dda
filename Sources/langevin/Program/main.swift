import LangevinCommand

LangevinProgram.run(BundledPlugins.all)
