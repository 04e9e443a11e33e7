"""What tests study: a lesson in each of two languages, with facts for questions of every type."""

WATER = """# Water

Water is a compound of hydrogen and oxygen. The boiling point of water is 100 degrees Celsius at sea level.
Ice floats on water because the density of ice is lower than the density of water. The oceans hold about
97 percent of the water on the planet. Evaporation turns the water of the oceans into vapour. The vapour cools
in the atmosphere and forms the clouds. The clouds release the water as rain, and the rain fills the rivers.
The rivers carry the water back to the oceans, and this movement is called the water cycle.
"""
PHOTOSYNTHESIS = """# 光合作用

光合作用是绿色植物利用光能，把二氧化碳和水转化为有机物并释放氧气的过程。光合作用主要在叶绿体中进行。叶绿体含有叶绿素，叶绿素能吸收红光和蓝紫光。

光合作用分为光反应和暗反应两个阶段。光反应在类囊体膜上进行，产生氧气、ATP和NADPH。暗反应在叶绿体基质中进行，利用ATP和NADPH把二氧化碳固定为糖类。
暗反应又称卡尔文循环，由美国科学家卡尔文在1950年发现。影响光合作用的因素包括光照强度、温度和二氧化碳浓度。温度过高时，酶的活性下降，光合作用速率随之降低。
线粒体是呼吸作用的主要场所。植物白天同时进行光合作用和呼吸作用，夜间只进行呼吸作用。
"""
