Page.showLive = () => {};
