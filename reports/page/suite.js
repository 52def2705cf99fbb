Page.showSuite = () => {};
