Page.showCompare = () => {};
